package kwsim

import "strconv"

// Setting is the position of a switch: one of a few words or statuses. The empty one means the default.
type Setting string

// Behaviour says how the server acts where the vendor's document is silent or contradicts what was seen. Its zero
// value is the default everywhere. A switch's tag settings lists its positions, the default first; a switch that is
// an int takes any number from 0 on, and lists those that are worth a test.
type Behaviour struct {
	FolderLists   Setting `json:"folder_lists" yaml:"folder_lists" settings:"wrapped bare" doc:"lists of folders below a folder, and changed members: {data,metadata}, or a bare array"`
	DefaultLimit  int     `json:"default_limit" yaml:"default_limit" settings:"0 25 50" doc:"rows of a page if no limit is asked for; 0 for all"`
	PageCap       int     `json:"page_cap" yaml:"page_cap" settings:"0 3" doc:"most rows of a page, whatever limit is asked for and without saying so; 0 for no cap"`
	RepeatedRows  Setting `json:"repeated_rows" yaml:"repeated_rows" settings:"off on" doc:"each page but the first begins with the last row of the page before"`
	VisibleAfter  int     `json:"visible_after" yaml:"visible_after" settings:"0 3" doc:"further requests before the user list shows a user created over the wire"`
	EmailFilter   Setting `json:"email_filter" yaml:"email_filter" settings:"folded exact" doc:"whether the filter email= ignores case"`
	StoredEmail   Setting `json:"stored_email" yaml:"stored_email" settings:"given lower" doc:"case in which new addresses are kept"`
	IntegerIDs    Setting `json:"integer_ids" yaml:"integer_ids" settings:"number string" doc:"how ids of roles and profiles are sent"`
	Dates         Setting `json:"dates" yaml:"dates" settings:"offset zulu" doc:"zone of dates: +0000 or Z"`
	ErrorEnvelope Setting `json:"error_envelope" yaml:"error_envelope" settings:"array object error flat empty" doc:"errors as an array, as one object, under the key error, flat, or with no body"`

	CreateStatus    Setting `json:"create_status" yaml:"create_status" settings:"201 200" doc:"status of a created user"`
	CreateBody      Setting `json:"create_body" yaml:"create_body" settings:"asked never" doc:"whether returnEntity=true is heeded by creations"`
	UpdateBody      Setting `json:"update_body" yaml:"update_body" settings:"entity empty" doc:"answer to changes of users"`
	LocationHeader  Setting `json:"location_header" yaml:"location_header" settings:"X-Accellion-Location X-Kiteworks-Location Location" doc:"header that names what was created"`
	LocationForm    Setting `json:"location_form" yaml:"location_form" settings:"url path" doc:"full URL, or only its path"`
	DuplicateEmail  Setting `json:"duplicate_email" yaml:"duplicate_email" settings:"409 422" doc:"status of ERR_ENTITY_EXISTS for an address that has an account"`
	DeletedEmail    Setting `json:"deleted_email" yaml:"deleted_email" settings:"revive refuse new_id" doc:"creating the address of a soft-deleted user; with refuse, nobody can be renamed to it either"`
	RevivedUser     Setting `json:"revived_user" yaml:"revived_user" settings:"live blocked" doc:"whether a revived user is live, or as suspended and deactivated as before the deletion"`
	RevivedProfile  Setting `json:"revived_profile" yaml:"revived_profile" settings:"asked kept" doc:"whether a revived user gets the profile asked for, or has that of before"`
	RecipientEmail  Setting `json:"recipient_email" yaml:"recipient_email" settings:"promote refuse" doc:"creating the address of a recipient"`
	LicenseFull     Setting `json:"license_full" yaml:"license_full" settings:"403 422" doc:"status of ERR_LICENSE_MAX_USERS_COUNT_REACHED"`
	Seats           int     `json:"seats" yaml:"seats" settings:"0 1000" doc:"licensed accounts; 0 for what the server was started with"`
	UnknownID       Setting `json:"unknown_id" yaml:"unknown_id" settings:"403 404" doc:"ERR_ACCESS_USER, or ERR_ENTITY_NOT_FOUND"`
	DeletedFolder   Setting `json:"deleted_folder" yaml:"deleted_folder" settings:"403 404" doc:"ERR_ENTITY_DELETED, or ERR_ENTITY_NOT_FOUND"`
	PartialFailure  Setting `json:"partial_failure" yaml:"partial_failure" settings:"207 201" doc:"status of added members of which some failed"`
	FailedIDs       Setting `json:"failed_ids" yaml:"failed_ids" settings:"named ids emails" doc:"failedIds as the request named them, as user ids, or as addresses"`
	SuccessIDs      Setting `json:"success_ids" yaml:"success_ids" settings:"ids emails" doc:"what successIds holds"`
	UnknownMember   Setting `json:"unknown_member" yaml:"unknown_member" settings:"created refused" doc:"adding a member whose address has no account"`
	MemberProfile   Setting `json:"member_profile" yaml:"member_profile" settings:"restricted standard" doc:"profile of accounts that adding a member creates"`
	MemberFields    Setting `json:"member_fields" yaml:"member_fields" settings:"both emails" doc:"whether adding members knows userIds, or emails only"`
	BlockedMember   Setting `json:"blocked_member" yaml:"blocked_member" settings:"listed hidden unseen" doc:"whether lists of members show those who are suspended or deactivated, or not even asking for one of them does; they stay members"`
	RoleIDs         Setting `json:"role_ids" yaml:"role_ids" settings:"usual other" doc:"ids of roles as clients hard-code them, or each 10 more"`
	InheritedOrigin Setting `json:"inherited_origin" yaml:"inherited_origin" settings:"object id absent" doc:"originFolder of inherited members"`

	TokenLifetime     int     `json:"token_lifetime" yaml:"token_lifetime" settings:"0 60" doc:"seconds that a token is good for; 0 for what the application was registered with"`
	ExpiresIn         Setting `json:"expires_in" yaml:"expires_in" settings:"number string" doc:"how expires_in is sent"`
	AssertionLifetime int     `json:"assertion_lifetime" yaml:"assertion_lifetime" settings:"0 600" doc:"most seconds from iat to exp; 0 for 300"`
	AssertionLeeway   int     `json:"assertion_leeway" yaml:"assertion_leeway" settings:"0 60" doc:"seconds of clock skew tolerated in assertions; 0 for what the server was started with"`
	AssertionReplay   Setting `json:"assertion_replay" yaml:"assertion_replay" settings:"refused accepted" doc:"the same jti again"`
	AssertionAudience Setting `json:"assertion_audience" yaml:"assertion_audience" settings:"either string array" doc:"form of aud that is accepted"`
	UnverifiedSubject Setting `json:"unverified_subject" yaml:"unverified_subject" settings:"refused accepted" doc:"acting as a user who is not verified"`
	BlockedSubject    Setting `json:"blocked_subject" yaml:"blocked_subject" settings:"reason suspended generic" doc:"error_description for a subject that may not sign in: why, always with the word suspended, or nothing of use"`
	WrongSecret       Setting `json:"wrong_secret" yaml:"wrong_secret" settings:"400 401" doc:"status of invalid_client"`
	DeadToken         Setting `json:"dead_token" yaml:"dead_token" settings:"json none" doc:"body of a 401"`

	APILicense     Setting `json:"api_license" yaml:"api_license" settings:"on token calls" doc:"whether the licence has the API; if not, no token is issued (unauthorized_client), or every call is refused (ERR_ACCESS_CLIENT)"`
	UserManagement Setting `json:"user_management" yaml:"user_management" settings:"on off" doc:"whether administrators have the right User Management"`
	OutsideScope   Setting `json:"outside_scope" yaml:"outside_scope" settings:"ERR_ACCESS_USER insufficient_scope" doc:"code of the 403 for a call outside the scopes of the application"`
	ScopeAnswer    Setting `json:"scope_answer" yaml:"scope_answer" settings:"told untold" doc:"whether the token endpoint and clients/me say which scopes there are"`

	RateLimit  Setting `json:"rate_limit" yaml:"rate_limit" settings:"429 429_date 403" doc:"answer above the rate: 429 with Retry-After in seconds or as a date, or 403 with no code"`
	RetryAfter int     `json:"retry_after" yaml:"retry_after" settings:"0 2" doc:"seconds named by Retry-After; 0 for 1"`
	Queue      Setting `json:"queue" yaml:"queue" settings:"delay drop" doc:"requests above the rate that the queue has room for"`
}

// The positions that are compared by name. Those that are statuses are read by status.
const (
	on       Setting = "on"
	bare     Setting = "bare"
	exact    Setting = "exact"
	lower    Setting = "lower"
	asString Setting = "string"
	asArray  Setting = "array"
	zulu     Setting = "zulu"
	never    Setting = "never"
	empty    Setting = "empty"
	refused  Setting = "refused"
	accepted Setting = "accepted"
	refusing Setting = "refuse"
	newID    Setting = "new_id"
	ids      Setting = "ids"
	emails   Setting = "emails"
	standard Setting = "standard"
	onlyID   Setting = "id"
	absent   Setting = "absent"
	isPath   Setting = "path"
	none     Setting = "none"
	drop     Setting = "drop"
	generic  Setting = "generic"
	blocked  Setting = "blocked"
	listed   Setting = "listed"
	unseen   Setting = "unseen"
	kept     Setting = "kept"
	always   Setting = "suspended"
	asDate   Setting = "429_date"
	off      Setting = "off"
	atToken  Setting = "token"
	atCalls  Setting = "calls"
	untold   Setting = "untold"

	other  Setting = "other"
	german Setting = "german"

	asObject   Setting = "object"
	underError Setting = "error"
	flat       Setting = "flat"
)

// status returns the HTTP status that the setting names. It is for switches whose every position is one.
func (s Setting) status() int {
	n, _ := strconv.Atoi(string(s)) // Behaviour.complete let nothing else pass
	return n
}
