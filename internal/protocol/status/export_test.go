package status

// RequestIn is requestIn.
var RequestIn = requestIn
