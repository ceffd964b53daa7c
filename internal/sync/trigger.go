package sync

// Trigger is what starts a run.
type Trigger struct {
	Name string // for the report and the ledger
	// Full reads the directory and Kiteworks anew and judges everybody: the truth. Otherwise
	// the run is a delta: its people are those touched in the directory and those for whom a
	// date has come, and it compares with the last known state of Kiteworks.
	Full bool
	// Fresh lets a delta look at Kiteworks itself.
	Fresh bool
	// Named narrows the run to these people: e-mail, id or DN.
	Named []string
	// Approved narrows it to a plan that was reviewed; nil: it does not.
	Approved Approval
	// Leavers narrows it to those of the touched people who have left: the others are left to the next run.
	Leavers bool
	// Undo takes back what the run of that number did, and does nothing else; 0: it does not.
	Undo int64
	// Offboard carries out the order to offboard those named. It takes no directory for that:
	// where it cannot be read, nothing else is done.
	Offboard bool
	// Request is the number under which it was asked for in the inbox; 0: it was not.
	Request int64
}

// detour says whether the run is about a few people who cannot wait, and so stands for no other.
func (t Trigger) detour() bool { return len(t.Named) > 0 || t.Leavers || t.Undo != 0 }
