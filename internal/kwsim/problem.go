package kwsim

import "net/http"

// code is an error code of the vendor's catalogue.
type code string

// The codes this server answers with.
const (
	errAuthUnauthorized    code = "ERR_AUTH_UNAUTHORIZED"
	errAuthProfileChanged  code = "ERR_AUTH_PROFILE_CHANGED"
	errAccessClient        code = "ERR_ACCESS_CLIENT"
	errAccessUser          code = "ERR_ACCESS_USER"
	errAdminRank           code = "ERR_ADMIN_ROLE_RANK_RESTRICTED"
	errEntityDeleted       code = "ERR_ENTITY_DELETED"
	errEntityExists        code = "ERR_ENTITY_EXISTS"
	errEntityNotFound      code = "ERR_ENTITY_NOT_FOUND"
	errIsBaseDir           code = "ERR_ENTITY_IS_BASE_DIR"
	errIsMyDir             code = "ERR_ENTITY_IS_MY_DIR"
	errIsSyncDir           code = "ERR_ENTITY_IS_SYNC_DIR"
	errIsOwner             code = "ERR_ENTITY_IS_OWNER"
	errRoleIsAssigned      code = "ERR_ENTITY_ROLE_IS_ASSIGNED"
	errParentMemberExists  code = "ERR_ENTITY_PARENT_FOLDER_MEMBER_EXISTS"
	errInheritedMember     code = "ERR_ENTITY_INHERITED_MEMBER_NOT_MODIFIABLE"
	errLicenseSeats        code = "ERR_LICENSE_MAX_USERS_COUNT_REACHED"
	errUserTypeNoAccess    code = "ERR_USER_TYPE_NO_ACCESS"
	errDistributionList    code = "ERR_INPUT_EMAIL_IS_DISTRIBUTION_LIST"
	errOwnerRole           code = "ERR_INPUT_IS_OWNER"
	errFolderName          code = "ERR_INPUT_FOLDER_NAME_INVALID_START_END_FORMAT"
	errAttributeForbidden  code = "ERR_INPUT_ATTRIBUTE_FORBIDDEN"
	errRetainToSame        code = "ERR_CANNOT_RETAIN_DATA_TO_THE_SAME_USER"
	errRetainToUnverified  code = "ERR_CANNOT_RETAIN_DATA_TO_UNVERIFIED_USER"
	errInputInvalid        code = "ERR_INPUT_INVALID"
	errInputInvalidEmail   code = "ERR_INPUT_INVALID_EMAIL"
	errInputMaxValue       code = "ERR_INPUT_MAX_VALUE"
	errInputMinValue       code = "ERR_INPUT_MIN_VALUE"
	errInputNotAllowed     code = "ERR_INPUT_NOT_ALLOWED"
	errInputNotInList      code = "ERR_INPUT_NOT_IN_LIST"
	errInputRequired       code = "ERR_INPUT_REQUIRED"
	errInvalidParameter    code = "ERR_INVALID_PARAMETER"
	errRequestInvalidJSON  code = "ERR_REQUEST_INVALID_JSON"
	errInternalServerError code = "ERR_INTERNAL_SERVER_ERROR"
	errInsufficientScope   code = "insufficient_scope" // of OAuth (RFC 6750, 3.1)
)

// meaning returns the status and the message the vendor's document gives for the code. Codes it does not know, or
// knows with several statuses, have the status that the simulator assumes.
func (c code) meaning() (status int, message string) {
	switch c {
	case errAuthUnauthorized:
		return http.StatusUnauthorized, "Unauthorized"
	case errAuthProfileChanged:
		return http.StatusUnauthorized, "User profile has changed"
	case errAccessClient, errInsufficientScope:
		return http.StatusForbidden, "Insufficient access permissions"
	case errAccessUser:
		return http.StatusForbidden, "Insufficient access permissions"
	case errAdminRank:
		return http.StatusForbidden, "Operation not permitted on a higher ranked administrator"
	case errEntityDeleted:
		return http.StatusForbidden, "Entity is deleted"
	case errEntityExists:
		return http.StatusConflict, "Entity exists"
	case errEntityNotFound:
		return http.StatusNotFound, "Entity does not exist"
	case errIsBaseDir:
		return http.StatusForbidden, "Operation not permitted on Base Folder"
	case errIsMyDir:
		return http.StatusForbidden, "Operation not permitted on Tray Folder"
	case errIsSyncDir:
		return http.StatusForbidden, "Operation not permitted on My Folder"
	case errIsOwner:
		return http.StatusForbidden, "Operation not permitted on owner member"
	case errRoleIsAssigned:
		return http.StatusConflict, "Cannot assign already assigned role"
	case errParentMemberExists:
		return http.StatusConflict, "Parent folder member exists"
	case errInheritedMember:
		return http.StatusForbidden, "Cannot modify an inherited member at this folder. Make the change at the origin folder."
	case errLicenseSeats:
		return http.StatusForbidden, "License count has been reached"
	case errUserTypeNoAccess:
		return http.StatusForbidden, "Permission denied"
	case errDistributionList:
		return http.StatusForbidden, "Distribution list user is not allowed to register"
	case errOwnerRole:
		return http.StatusForbidden, "Can not set owner role"
	case errRequestInvalidJSON:
		return http.StatusBadRequest, "Invalid json provided"
	case errInternalServerError:
		return http.StatusInternalServerError, "Internal server error"
	}
	return http.StatusUnprocessableEntity, c.inputMessage()
}

// inputMessage returns the message of the codes that refuse an input with status 422.
func (c code) inputMessage() string {
	switch c {
	case errFolderName:
		return "Folder name must not start or end with a space or a dot"
	case errRetainToSame:
		return "Cannot retain data: selected user is being deleted/demoted. Please choose a different user."
	case errRetainToUnverified:
		return "Cannot retain data: selected user is unverified. Please select a verified user before proceeding."
	case errInputInvalidEmail:
		return "Input is not a valid email"
	case errInputMaxValue:
		return "The specified input exceed the maximum allowed value."
	case errInputMinValue:
		return "The specified input below the minimum allowed value."
	case errInputNotInList:
		return "The specified input is not allowed."
	case errInputRequired:
		return "Field is required"
	case errInvalidParameter:
		return "Invalid Parameter Exception"
	}
	return "Input is not valid"
}

// problem is a refusal as the client sees it.
type problem struct {
	status  int
	code    code
	message string
	field   string // the offending input; "" if none
}

// refuse returns the problem that the code stands for.
func refuse(c code) *problem {
	status, message := c.meaning()
	return &problem{status: status, code: c, message: message}
}

// refuseAs is refuse for the codes that come with several statuses.
func refuseAs(status int, c code) *problem {
	p := refuse(c)
	p.status = status
	return p
}

// refuseField is refuse with the offending input named.
func refuseField(c code, field string) *problem {
	p := refuse(c)
	p.field = field
	return p
}

// Error returns the code and, if there is one, the field.
func (p *problem) Error() string {
	if p.field == "" {
		return string(p.code)
	}
	return string(p.code) + " (" + p.field + ")"
}
