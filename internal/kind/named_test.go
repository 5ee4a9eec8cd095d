package kind_test

import "testing"

// Objects of all kinds are found by a part of their names, the closest first, by who may read them.
func TestNaming(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, name := range []string{"my-Mail", "mail", "mail-2", "other"} {
		s.want("ann", "POST", "/test/proxies", `{"name":"`+name+`","host":"h","port":1}`, 201)
	}
	s.want("ann", "POST", "/test/links", `{"name":"MAILS","type":"web","url":"u","proxy":"mail"}`, 201)
	s.want("ann", "GET", "/system/objects?name=Mail", "", 200,
		`[{"kind":"test-proxy","key":"mail"},{"kind":"test-proxy","key":"mail-2"},{"kind":"test-link","key":"MAILS","variant":"web"},{"kind":"test-proxy","key":"my-Mail"}]`)
	s.want("ann", "GET", "/system/objects?name=mail&limit=1", "", 200, `[{"kind":"test-proxy","key":"mail"}]`)
	s.want("ann", "DELETE", "/test/proxies/mail-2", "", 204)
	s.want("ann", "GET", "/system/objects?name=mail-2", "", 200, `[]`)
	s.want("powerless", "GET", "/system/objects?name=mail", "", 200, `[]`)
	s.want("ann", "GET", "/system/objects?name=", "", 400)
	s.want("ann", "GET", "/system/objects?name=m&limit=0", "", 400)
	s.want("", "GET", "/system/objects?name=mail", "", 401)
}
