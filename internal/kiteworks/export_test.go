package kiteworks

import "time"

// Hurry makes every wait of a tenant a hundred times shorter: a suite of many
// faults would sleep most of its time.
func Hurry(t *Tenant) { HurryBy(t, 100) }

// HurryBy makes every wait n times shorter.
func HurryBy(t *Tenant, n time.Duration) {
	t.client.pause = firstTryAgain / n
	t.client.throttle.shrink = n
}
