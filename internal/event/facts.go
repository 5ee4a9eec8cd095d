package event

import "time"

// Plain is an event that says nothing beyond its code, its caller and its reason.
type Plain struct{}

// Service is the start or stop of a node.
type Service struct {
	Version  string `detail:"version"`
	Database string `detail:"database"`
	Reason   string `detail:"reason"`
}

// Object is about one configuration object.
type Object struct {
	Kind    string   `detail:"kind"`
	Name    string   `detail:"name"`
	Changed []string `detail:"changed"` // fields that were to change, by their path
	Changes []Detail `detail:"changes"` // old.<field> and new.<field>, of secrets replaced=<field>
	Members []string `detail:"member"`  // principals that were to be added or removed
}

// Transfer is about configuration that leaves for another server, or comes from one.
type Transfer struct {
	Kinds   []string `detail:"kind"`
	Objects int      `detail:"objects"`
	Secrets bool     `detail:"secrets"` // whether it holds secrets
	Added   int      `detail:"added"`
	Updated int      `detail:"updated"`
}

// Authentication is about presented credentials.
type Authentication struct {
	Method     string `detail:"method"`     // api-key, session ...
	Identifier string `detail:"identifier"` // as it was presented
	Provider   string `detail:"idpName"`
}

// Certificate is about one certificate, or one that was to be issued.
type Certificate struct {
	CertificateID    string    `detail:"certificateId"`
	DN               string    `detail:"certificateDn"`
	Serial           string    `detail:"certificateSerial"`
	Issuer           string    `detail:"certificateIssuer"`
	Profile          string    `detail:"certificateProfile"`
	ProfileModule    string    `detail:"profileModule"`
	NotBefore        time.Time `detail:"certificateNotBefore"` // milliseconds since 1970
	NotAfter         time.Time `detail:"certificateNotAfter"`
	Owner            string    `detail:"certificateOwner"`
	Team             string    `detail:"certificateTeam"`
	Names            []string  `detail:"san"`
	KeyType          string    `detail:"keyType"`
	HolderID         string    `detail:"holderId"`
	RequestID        string    `detail:"requestId"`
	CA               string    `detail:"ca"`
	Connector        string    `detail:"pkiConnector"`
	RevocationReason string    `detail:"revocationReason"`
	Limit            int       `detail:"limit"`
}

// Request is about one request of the workflow.
type Request struct {
	RequestID string `detail:"requestId"`
	Workflow  string `detail:"requestWorkflow"`
	State     string `detail:"requestStatus"`
	Profile   string `detail:"certificateProfile"`
	Requester string `detail:"requester"`
	Approver  string `detail:"approver"`

	CertificateID string `detail:"certificateId"`
	DN            string `detail:"certificateDn"`
}

// Connector is about a connection to another system.
type Connector struct {
	Name string `detail:"connectorName"`
	Type string `detail:"connectorType"`
}

// Acme is about a step of RFC 8555.
type Acme struct {
	Profile       string   `detail:"certificateProfile"`
	AccountID     string   `detail:"accountId"`
	OrderID       string   `detail:"orderId"`
	Authorization string   `detail:"authorizationId"`
	Challenge     string   `detail:"challengeType"`
	Identifiers   []string `detail:"identifier"`
	State         string   `detail:"state"` // the state reached
	CertificateID string   `detail:"certificateId"`
	RequestID     string   `detail:"requestId"`
	Serial        string   `detail:"certificateSerial"`
	Thumbprint    string   `detail:"keyThumbprint"` // RFC 7638, of the account's key
	Revocation    string   `detail:"revocationReason"`
	Contacts      []string `detail:"contact"`
	Validated     string   `detail:"validatedAddress"` // the address that answered the challenge

	ExternalAccount string `detail:"externalAccount"` // name of the key that binds the account (RFC 8555, 7.3.4)
}

// Mail is about a message sent by mail.
type Mail struct {
	Trigger       string   `detail:"triggerName"` // the notification it belongs to
	On            string   `detail:"triggerEvent"`
	RunBy         string   `detail:"triggerRunBy"` // who ran it by hand
	CertificateID string   `detail:"certificateId"`
	Profile       string   `detail:"certificateProfile"`
	RequestID     string   `detail:"requestId"`
	MessageID     string   `detail:"messageId"`
	Subject       string   `detail:"subject"`
	Recipients    []string `detail:"recipient"`        // who the server took it for
	Refused       []string `detail:"refusedRecipient"` // who it could not be sent to
	Attempts      int      `detail:"attempts"`
}

// Task is about work in the background that somebody has started.
type Task struct {
	Type         string `detail:"taskType"` // batch
	ID           string `detail:"taskId"`
	Workflow     string `detail:"requestWorkflow"`
	Profile      string `detail:"certificateProfile"` // that certificates move to
	Query        string `detail:"query"`
	Certificates int    `detail:"certificates"` // how many it is about
	Done         int    `detail:"done"`
	Asked        int    `detail:"asked"` // wait for a decision
	Refused      int    `detail:"refused"`
	Failed       int    `detail:"failed"`
	Left         int    `detail:"left"`
}

// Anomaly is about a pending event that was changed before it was sealed into the log.
type Anomaly struct {
	EventID   string `detail:"eventId"`
	EventCode string `detail:"eventCode"`
	Sequence  string `detail:"eventSequence"`
	Message   string `detail:"message"`
	Content   string `detail:"content"` // what was found, base64, when it is no event
}
