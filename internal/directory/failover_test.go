package directory

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
	"testing"
)

const stamped = "corp: what changed, by comparing stamps, from "

// TestP01_WhatOneServerHasToldMeansNothingToAnother: cookies and stamps are bound to the server that gave them.
func TestP01_WhatOneServerHasToldMeansNothingToAnother(t *testing.T) {
	t.Parallel()
	first, second := startProvider(t, 1, 2), startProvider(t, 1, 2)
	o := first.options()
	o.Servers = []string{first.url, second.url}
	d := newDirectory(t, o)
	wantRead(t, d, inFull+first.url, "u1", "u2")
	wantRead(t, d, byDelta+first.url, "u1", "u2")
	_ = first.listener.Close()
	second.people = []int{2, 3}
	wantRead(t, d, inFull+second.url+", because the last reading was from "+first.url, "u2", "u3")
	wantRead(t, d, byDelta+second.url, "u2", "u3")
	if got := strings.Join(second.cookies, " "); got != "first" {
		t.Errorf("the second server was asked to go on from %s, want its own cookie", got)
	}
	_ = second.listener.Close()
	wantUnread(t, d, first.url, second.url, "connection refused: check directory.servers")
}

// TestP01_AnotherServerBehindTheSameURLIsReadInFull: a load balancer does not say whom it leads to, but the server does.
func TestP01_AnotherServerBehindTheSameURLIsReadInFull(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(t *testing.T) (*provider, string){
		"RFC 4533": func(t *testing.T) (*provider, string) { return startProvider(t, 1, 2), byDelta },
		"stamps": func(t *testing.T) (*provider, string) {
			p := startProvider(t, 1, 2)
			p.unsynced = true
			return p, stamped
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, delta := start(t)
			p.root = map[string][]string{"dsServiceName": {"CN=NTDS Settings,CN=DC1"}}
			d := newDirectory(t, p.options())
			wantRead(t, d, inFull, "u1", "u2")
			wantRead(t, d, delta, "u1", "u2")
			p.root = map[string][]string{"dsServiceName": {"CN=NTDS Settings,CN=DC2"}}
			p.people = []int{2}
			wantRead(t, d, inFull+p.url+", because the last reading was from ", "u2")
			wantRead(t, d, delta, "u2")
		})
	}
}

// srv answers as DNS does, with the ports of servers on this machine, in this order.
func srv(t *testing.T, servers ...*provider) (records []*net.SRV) {
	t.Helper()
	for i, p := range servers {
		port, err := strconv.Atoi(p.url[strings.LastIndexByte(p.url, ':')+1:])
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, &net.SRV{Target: "127.0.0.1.", Port: uint16(port), Priority: uint16(i)})
	}
	return records
}

func TestServersAreFoundByDNS(t *testing.T) {
	t.Parallel()
	a, b, c := startProvider(t, 1), startProvider(t, 1), startProvider(t, 1)
	records := srv(t, a, b, c)
	o := a.options()
	o.Servers = []string{"ldap+srv://corp.example"}
	o.LookupSRV = func(_ context.Context, service, proto, name string) (string, []*net.SRV, error) {
		if service != "ldap" || proto != "tcp" || name != "corp.example" {
			t.Errorf("asked for _%s._%s.%s, want _ldap._tcp.corp.example", service, proto, name)
		}
		return "", records, nil
	}
	d := newDirectory(t, o)
	wantRead(t, d, inFull+a.url, "u1")
	records = srv(t, b, c, a) // at random by weight: the server of the last reading is asked first
	wantRead(t, d, byDelta+a.url, "u1")
	_ = a.listener.Close()
	wantRead(t, d, inFull+b.url, "u1") // and then as DNS has them
	wantRead(t, d, byDelta+b.url, "u1")
	records = nil
	wantUnread(t, d, "find the servers of ldap+srv://corp.example: DNS names none: check directory.servers")
	o.LookupSRV = func(context.Context, string, string, string) (string, []*net.SRV, error) {
		return "", nil, errors.New("no such host")
	}
	wantUnread(t, newDirectory(t, o), "find the servers of ldap+srv://corp.example: no such host: check directory.servers and this machine's DNS")
	o.Servers = append(o.Servers, c.url)
	wantRead(t, newDirectory(t, o), inFull+c.url, "u1")
}

// TestP01_OneServerServesAWholeRead: what two servers say at one time need not fit together.
func TestP01_OneServerServesAWholeRead(t *testing.T) {
	t.Parallel()
	first, second := startProvider(t, 1, 2), startProvider(t, 1, 2)
	first.first = func(r reply) reply {
		_ = first.listener.Close()
		r.hangUp = true
		return r
	}
	o := first.options()
	o.Servers = []string{first.url, second.url}
	d := newDirectory(t, o)
	wantUnread(t, d, "search "+first.url, "after 2 entries")
	wantRead(t, d, inFull+second.url, "u1", "u2")
}
