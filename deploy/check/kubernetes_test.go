package check

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

const imageUser = 65532

// manifest decodes one file, in which nothing may be unknown or twice.
func manifest[T any](t *testing.T, name, kind string) (v T) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../kubernetes", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalStrict(text, &v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var is metav1.TypeMeta
	if err := yaml.Unmarshal(text, &is); err != nil || is.Kind != kind {
		t.Fatalf("%s: kind %q (%v), want %s", name, is.Kind, err, kind)
	}
	return v
}

func statefulSet(t *testing.T) appsv1.StatefulSet {
	return manifest[appsv1.StatefulSet](t, "statefulset.yaml", "StatefulSet")
}

func TestEveryManifestIsDecoded(t *testing.T) {
	t.Parallel()
	found, err := filepath.Glob("../kubernetes/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"networkpolicy.yaml", "service.yaml", "servicemonitor.yaml", "statefulset.yaml"}
	var got []string
	for _, path := range found {
		got = append(got, filepath.Base(path))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("manifests (-want +got), each of which needs a test:\n%s", diff)
	}
}

func TestAMistakeIsFound(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"an unknown key": "spec: {replica: 1}", "a key twice": "spec: {replicas: 1, replicas: 2}", "a wrong type": "spec: {replicas: one}",
	} {
		if err := yaml.UnmarshalStrict([]byte(text), &appsv1.StatefulSet{}); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

// What selects and what is selected stand in four files.
func TestTheManifestsMeanOnePod(t *testing.T) {
	t.Parallel()
	set := statefulSet(t)
	service := manifest[corev1.Service](t, "service.yaml", "Service")
	monitor := manifest[monitoringv1.ServiceMonitor](t, "servicemonitor.yaml", "ServiceMonitor")
	policy := manifest[networkingv1.NetworkPolicy](t, "networkpolicy.yaml", "NetworkPolicy")
	pod := set.Spec.Template.Labels
	for what, selects := range map[string]map[string]string{
		"the StatefulSet": set.Spec.Selector.MatchLabels, "the Service": service.Spec.Selector, "the NetworkPolicy": policy.Spec.PodSelector.MatchLabels,
	} {
		if diff := cmp.Diff(pod, selects); diff != "" {
			t.Errorf("%s selects (-the pod +it):\n%s", what, diff)
		}
	}
	if diff := cmp.Diff(service.Labels, monitor.Spec.Selector.MatchLabels); diff != "" {
		t.Errorf("the ServiceMonitor selects (-the Service +it):\n%s", diff)
	}
	if set.Spec.ServiceName != service.Name {
		t.Errorf("the StatefulSet's service is %q, and there is %q", set.Spec.ServiceName, service.Name)
	}
	const port = "metrics"
	for what, named := range map[string]string{
		"the pod": set.Spec.Template.Spec.Containers[0].Ports[0].Name, "the Service": service.Spec.Ports[0].Name,
		"what the Service leads to": service.Spec.Ports[0].TargetPort.StrVal, "the ServiceMonitor": monitor.Spec.Endpoints[0].Port,
		"the NetworkPolicy": policy.Spec.Ingress[0].Ports[0].Port.StrVal,
	} {
		if named != port {
			t.Errorf("%s: port %q, want %q", what, named, port)
		}
	}
}

func TestThePodIsConfined(t *testing.T) {
	t.Parallel()
	pod := statefulSet(t).Spec.Template.Spec
	if c := pod.SecurityContext; !*c.RunAsNonRoot || *c.RunAsUser != imageUser || *c.FSGroup != imageUser || c.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault {
		t.Errorf("the pod runs as %+v", c)
	}
	if *pod.AutomountServiceAccountToken {
		t.Error("the pod has a token of Kubernetes")
	}
	for _, c := range append(pod.InitContainers, pod.Containers...) {
		s := c.SecurityContext
		if !*s.ReadOnlyRootFilesystem || *s.AllowPrivilegeEscalation || !cmp.Equal(s.Capabilities.Drop, []corev1.Capability{"ALL"}) {
			t.Errorf("container %s: %+v", c.Name, s)
		}
		if c.Resources.Limits.Memory().IsZero() || c.Resources.Requests.Cpu().IsZero() {
			t.Errorf("container %s: resources %+v, want a limit of memory and a request of CPU", c.Name, c.Resources)
		}
	}
}

// A configuration with a mistake starts no daemon, and each place that is mounted is there.
func TestThePodHasWhatTheProgramNeeds(t *testing.T) {
	t.Parallel()
	spec := statefulSet(t).Spec
	pod := spec.Template.Spec
	const config = "/etc/kw-onboarder/config.yaml"
	check, run := pod.InitContainers[0], pod.Containers[0]
	if diff := cmp.Diff([]string{"check", "--config", config}, check.Args); diff != "" {
		t.Errorf("the init container (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"run", "--config", config}, run.Args); diff != "" {
		t.Errorf("the container (-want +got):\n%s", diff)
	}
	if check.Image != run.Image {
		t.Errorf("%s checks what %s runs with", check.Image, run.Image)
	}
	if live, ready := run.LivenessProbe.HTTPGet.Path, run.ReadinessProbe.HTTPGet.Path; live != "/healthz" || ready != "/readyz" {
		t.Errorf("probes of %s and %s, want /healthz and /readyz", live, ready)
	}
	volumes := map[string]bool{}
	for _, v := range pod.Volumes {
		volumes[v.Name] = true
	}
	for _, v := range spec.VolumeClaimTemplates {
		volumes[v.Name] = true
	}
	mounted := map[string]string{}
	for _, m := range run.VolumeMounts {
		if !volumes[m.Name] {
			t.Errorf("%s is mounted, and there is no such volume", m.Name)
		}
		mounted[m.MountPath] = m.Name
	}
	want := map[string]string{"/etc/kw-onboarder": "config", "/var/lib/kw-onboarder": "state", run.Env[0].Value: "credentials"}
	if diff := cmp.Diff(want, mounted); diff != "" {
		t.Errorf("mounts (-want +got):\n%s", diff)
	}
	for _, v := range pod.Volumes {
		if v.Secret != nil && *v.Secret.DefaultMode != 0o440 {
			t.Errorf("the credentials have mode %#o, want 0440", *v.Secret.DefaultMode)
		}
	}
	if *spec.Replicas != 1 {
		t.Errorf("%d pods, each with a ledger of its own: want 1", *spec.Replicas)
	}
}
