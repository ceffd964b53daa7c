// Package check tests the manifests of Kubernetes and of Docker Compose against the types of
// those who read them. It is a module of its own, so that their modules stay out of the
// program's.
package check
