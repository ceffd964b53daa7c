// Package systemd tells the service manager how the service stands: sd_notify(3).
//
// systemd waits for READY before it starts what depends on us, waits for READY after a
// reload, and kills a service that has not said WATCHDOG for too long. A message is one
// datagram of lines, to the socket that the environment names.
package systemd
