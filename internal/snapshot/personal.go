package snapshot

import (
	"slices"
	"strings"
)

// Hidden lists, of these attributes, those whose values Redact replaces, each once, sorted.
func Hidden(attributes []string) []string {
	forms := personal()
	hidden := slices.DeleteFunc(slices.Clone(attributes), func(a string) bool { return forms[strings.ToLower(a)] == ordinary })
	slices.Sort(hidden)
	return slices.Compact(hidden)
}

// form says what Redact makes of the values of an attribute.
type form int

const (
	ordinary form = iota // kept, unless the value is the address, the DN or the id of somebody
	whole                // a pseudonym in place of the value
	called               // alike, and a folder may bear the value as its name
	address              // a pseudonym before the "@", and "smtp:" stays; what is no address: whole
	entry                // the DN of a person, as Redact writes it; what is no DN: whole
)

// personal lists the attributes whose values name or reach a person, or a few
// people only, as Active Directory, OpenLDAP and 389-DS call them. Those of
// secrets are here too: no rule should look at them, and if one does, nobody
// should read them. docs/snapshot.md repeats the list; a test compares.
func personal() map[string]form {
	lists := map[form]string{
		called: `cn commonname displayname displaynameprintable gecos mailnickname name preferredname samaccountname
			uid userid`,
		whole: `birthdate carlicense comment dateofbirth description employeeid employeenumber entryuuid
			facsimiletelephonenumber fax generationqualifier givenname gn homedirectory homefax homephone
			homepostaladdress info initials internationalisdnnumber ipanthash ipasshpubkey ipauniqueid ipphone
			jpegphoto krbprincipalkey labeleduri legacyexchangedn middlename mobile mobiletelephonenumber
			ms-ds-consistencyguid msds-externaldirectoryobjectid msds-phoneticdisplayname msds-phoneticfirstname
			msds-phoneticlastname msexchmailboxguid nickname nsuniqueid objectguid objectsid othercontact
			otherfacsimiletelephonenumber otherhomephone otheripphone othermobile otherpager othertelephone
			pager pagertelephonenumber personaltitle photo postaladdress postofficebox profilepath
			registeredaddress sambalmpassword sambantpassword sambasid scriptpath serialnumber
			serviceprincipalname sidhistory sn sshpublickey street streetaddress surname telephonenumber
			telexnumber thumbnaillogo thumbnailphoto uidnumber unicodepwd unixhomedirectory url usercertificate
			userpassword userpkcs12 usersmimecertificate wwwhomepage x121address x500uniqueidentifier`,
		address: `email emailaddress krbcanonicalname krbprincipalname mail mailalternateaddress mailforwardingaddress
			maillocaladdress mailroutingaddress msrtcsip-primaryuseraddress othermailbox proxyaddresses
			rfc822mailbox targetaddress userprincipalname`,
		entry: `altrecipient assistant directreports distinguishedname entrydn managedby managedobjects manager
			msexchassistantname owner publicdelegates secretary seealso`,
	}
	forms := map[string]form{}
	for f, names := range lists {
		for name := range strings.FieldsSeq(names) {
			forms[name] = f
		}
	}
	return forms
}
