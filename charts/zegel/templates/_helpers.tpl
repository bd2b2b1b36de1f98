{{/* Pure functions of the values: names, labels, the image, and what values may not say together. */}}

{{/* What the label app.kubernetes.io/name says. */}}
{{- define "zegel.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* The name of every object: the release's, with the chart's name unless it is in there already. */}}
{{- define "zegel.fullname" -}}
{{- $name := include "zegel.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" (.Release.Name | trunc (int (max 1 (sub 51 (len $name)))) | trimSuffix "-") $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "zegel.namespace" -}}
{{- .Values.namespaceOverride | default .Release.Namespace -}}
{{- end }}

{{- define "zegel.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (include "zegel.fullname" .) -}}
{{- end }}

{{- define "zegel.leaseName" -}}
{{- .Values.leaderElection.leaseName | default (include "zegel.fullname" .) -}}
{{- end }}

{{- define "zegel.leaseNamespace" -}}
{{- .Values.global.leaderElection.namespace | default (include "zegel.namespace" .) -}}
{{- end }}

{{/* By what Deployment and Service find the pods: it never changes. */}}
{{- define "zegel.selector" -}}
app.kubernetes.io/name: {{ include "zegel.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* The labels of an object: `(dict "root" $ "more" LABELS)`. The selector outweighs what people add. */}}
{{- define "zegel.labelsWith" -}}
{{- $root := .root -}}
{{- $labels := dict
  "app.kubernetes.io/version" $root.Chart.AppVersion
  "app.kubernetes.io/managed-by" $root.Release.Service
  "helm.sh/chart" (printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_") -}}
{{- $selector := include "zegel.selector" $root | fromYaml -}}
{{- mergeOverwrite $labels (deepCopy ($root.Values.global.commonLabels | default dict)) (deepCopy (.more | default dict)) $selector | toYaml -}}
{{- end }}

{{- define "zegel.labels" -}}
{{- include "zegel.labelsWith" (dict "root" .) -}}
{{- end }}

{{- define "zegel.image" -}}
{{- $image := .Values.image -}}
{{- $repository := $image.repository -}}
{{- if $image.registry -}}
{{- $repository = printf "%s/%s" ($image.registry | trimSuffix "/") $image.repository -}}
{{- end -}}
{{- if $image.digest -}}
{{- with $image.tag -}}{{- $repository = printf "%s:%s" $repository . -}}{{- end -}}
{{- printf "%s@%s" $repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository ($image.tag | default .Chart.AppVersion) -}}
{{- end -}}
{{- end }}

{{/* The pull secrets of both, each once, in the order given. */}}
{{- define "zegel.imagePullSecrets" -}}
{{- $secrets := concat (.Values.global.imagePullSecrets | default list) (.Values.imagePullSecrets | default list) | uniq -}}
{{- with $secrets -}}
imagePullSecrets:
{{ toYaml . }}
{{- end -}}
{{- end }}

{{/* HOST:PORT as an address to listen at; IPv6 goes into brackets. */}}
{{- define "zegel.bind" -}}
{{- if contains ":" .Values.bind.address -}}
{{- printf "[%s]:%v" .Values.bind.address .Values.bind.port -}}
{{- else -}}
{{- printf "%s:%v" .Values.bind.address .Values.bind.port -}}
{{- end -}}
{{- end }}

{{/* How DNS is asked: the same for the controller and for the check of the installation. */}}
{{- define "zegel.dnsFlags" -}}
{{- $flags := list -}}
{{- range .Values.resolvers -}}{{- $flags = append $flags (printf "--resolver=%s" .) -}}{{- end -}}
{{- with .Values.dns -}}
{{- $flags = append $flags (printf "--dns-timeout=%s" .timeout) -}}
{{- $flags = append $flags (printf "--dns-attempts=%v" .attempts) -}}
{{- $flags = append $flags (printf "--dns-concurrency=%v" .concurrency) -}}
{{- if .dnssec -}}{{- $flags = append $flags (printf "--dnssec=%s" .dnssec) -}}{{- end -}}
{{- if .trustAnchor.configMap -}}{{- $flags = append $flags (printf "--trust-anchor=/etc/zegel/trust-anchor/%s" .trustAnchor.key) -}}{{- end -}}
{{- with .dnssecControl -}}{{- $flags = append $flags (printf "--dnssec-control=%s" .) -}}{{- end -}}
{{- with .dnssecBogusControl -}}{{- $flags = append $flags (printf "--dnssec-bogus-control=%s" .) -}}{{- end -}}
{{- $flags = append $flags (printf "--authorities=%s" .authorities) -}}
{{- $flags = append $flags (printf "--authority-rate=%v" .authorityRate) -}}
{{- end -}}
{{- toJson $flags -}}
{{- end }}

{{- define "zegel.logFlags" -}}
{{- $flags := list (printf "--log-format=%s" .Values.logFormat) -}}
{{- with .Values.logLevel | default .Values.global.logLevel -}}{{- $flags = append $flags (printf "--log-level=%s" .) -}}{{- end -}}
{{- toJson $flags -}}
{{- end }}

{{- define "zegel.tenancyFlags" -}}
{{- $flags := list -}}
{{- if eq .Values.tenancy "Closed" -}}
{{- $flags = append $flags "--tenancy=Closed" -}}
{{- if .Values.grants.selectors -}}{{- $flags = append $flags "--grant-selectors" -}}{{- end -}}
{{- end -}}
{{- $flags | toJson -}}
{{- end }}

{{- define "zegel.leaseFlags" -}}
{{- $flags := list -}}
{{- if .Values.leaderElection.enabled -}}
{{- $flags = append $flags "--leader-elect" -}}
{{- $flags = append $flags (printf "--lease-name=%s" (include "zegel.leaseName" .)) -}}
{{- $flags = append $flags (printf "--lease-namespace=%s" (include "zegel.leaseNamespace" .)) -}}
{{- $flags = append $flags (printf "--lease-duration=%s" .Values.leaderElection.leaseDuration) -}}
{{- if gt (int .Values.leaderElection.shards) 1 -}}{{- $flags = append $flags (printf "--shards=%v" .Values.leaderElection.shards) -}}{{- end -}}
{{- end -}}
{{- toJson $flags -}}
{{- end }}

{{/* The arguments of the controller: what the values say, less what extraArgs says too, and extraArgs. */}}
{{- define "zegel.args" -}}
{{- $flags := list (printf "--bind=%s" (include "zegel.bind" .)) -}}
{{- $flags = concat $flags (include "zegel.logFlags" . | fromJsonArray) -}}
{{- $flags = concat $flags (include "zegel.leaseFlags" . | fromJsonArray) -}}
{{- with .Values.watch.namespace -}}{{- $flags = append $flags (printf "--namespace=%s" .) -}}{{- end -}}
{{- with .Values.watch.labelSelector -}}{{- $flags = append $flags (printf "--label-selector=%s" .) -}}{{- end -}}
{{- with .Values.watch.shardSelector -}}{{- $flags = append $flags (printf "--shard-selector=%s" .) -}}{{- end -}}
{{- $flags = concat $flags (include "zegel.tenancyFlags" . | fromJsonArray) -}}
{{- $flags = append $flags (printf "--concurrency=%v" .Values.concurrency) -}}
{{- $flags = append $flags (printf "--timeout=%s" .Values.timeout) -}}
{{- $flags = append $flags (printf "--metrics-objects=%s" .Values.metrics.objects) -}}
{{- with .Values.metrics.objectLabels -}}{{- $flags = append $flags (printf "--metrics-object-labels=%s" (join "," .)) -}}{{- end -}}
{{- if .Values.recording.enabled -}}{{- $flags = append $flags (printf "--record-folder=%s" .Values.recording.folder) -}}{{- end -}}
{{- $flags = concat $flags (include "zegel.dnsFlags" . | fromJsonArray) -}}
{{- if .Values.certManager.enabled -}}{{- $flags = append $flags "--certificate-requests" -}}{{- end -}}
{{- with .Values.mailServers.ehlo -}}{{- $flags = append $flags (printf "--smtp-ehlo=%s" .) -}}{{- end -}}
{{- $flags = append $flags (printf "--smtp-pause=%s" .Values.mailServers.pause) -}}
{{- with .Values.mailServers.proxy -}}{{- $flags = append $flags (printf "--smtp-proxy=%s" .) -}}{{- end -}}
{{- with .Values.mailServers.probe.address -}}
{{- $flags = append $flags (printf "--probe=%s" .) -}}
{{- $flags = append $flags "--probe-ca=/etc/zegel/probe/ca.crt" -}}
{{- $flags = append $flags "--probe-cert=/etc/zegel/probe/tls.crt" -}}
{{- $flags = append $flags "--probe-key=/etc/zegel/probe/tls.key" -}}
{{- end -}}
{{- if .Values.mailServers.allowPrivateTargets -}}{{- $flags = append $flags "--allow-private-targets" -}}{{- end -}}
{{- $args := list "controller" -}}
{{- $extra := .Values.extraArgs | default list -}}
{{- range $flag := $flags -}}
{{- $name := first (splitList "=" $flag) -}}
{{- $again := false -}}
{{- range $extra -}}{{- if or (eq . $name) (hasPrefix (printf "%s=" $name) .) -}}{{- $again = true -}}{{- end -}}{{- end -}}
{{- if not $again -}}{{- $args = append $args $flag -}}{{- end -}}
{{- end -}}
{{- concat $args $extra | toYaml -}}
{{- end }}

{{/* Volumes and mounts: the trust anchor, the probe's certificates, the recordings, and those of the user. */}}
{{- define "zegel.volumes" -}}
{{- $volumes := list -}}
{{- with .Values.dns.trustAnchor.configMap -}}
{{- $volumes = append $volumes (dict "name" "trust-anchor" "configMap" (dict "name" .)) -}}
{{- end -}}
{{- if .Values.mailServers.probe.address -}}
{{- $volumes = append $volumes (dict "name" "probe" "secret" (dict "secretName" .Values.mailServers.probe.secret)) -}}
{{- end -}}
{{- if eq (include "zegel.recordsToEmptyDir" .) "true" -}}
{{- $volumes = append $volumes (dict "name" "looks" "emptyDir" (dict "sizeLimit" .Values.recording.sizeLimit)) -}}
{{- end -}}
{{- with concat $volumes (.Values.volumes | default list) -}}
volumes:
{{ toYaml . }}
{{- end -}}
{{- end }}

{{- define "zegel.volumeMounts" -}}
{{- $mounts := list -}}
{{- if .Values.dns.trustAnchor.configMap -}}
{{- $mounts = append $mounts (dict "name" "trust-anchor" "mountPath" "/etc/zegel/trust-anchor" "readOnly" true) -}}
{{- end -}}
{{- if .Values.mailServers.probe.address -}}
{{- $mounts = append $mounts (dict "name" "probe" "mountPath" "/etc/zegel/probe" "readOnly" true) -}}
{{- end -}}
{{- if eq (include "zegel.recordsToEmptyDir" .) "true" -}}
{{- $mounts = append $mounts (dict "name" "looks" "mountPath" .Values.recording.folder) -}}
{{- end -}}
{{- with concat $mounts (.Values.volumeMounts | default list) -}}
volumeMounts:
{{ toYaml . }}
{{- end -}}
{{- end }}

{{- define "zegel.recordsToEmptyDir" -}}
{{- $own := .Values.recording.enabled -}}
{{- range .Values.volumeMounts -}}{{- if eq (.mountPath | trimSuffix "/") ($.Values.recording.folder | trimSuffix "/") -}}{{- $own = false -}}{{- end -}}{{- end -}}
{{- $own -}}
{{- end }}

{{/* What a pod of this chart has in common with the other: where it runs, as whom, with which names. */}}
{{- define "zegel.podCommon" -}}
serviceAccountName: {{ include "zegel.serviceAccountName" . }}
automountServiceAccountToken: {{ .Values.automountServiceAccountToken }}
enableServiceLinks: {{ .Values.enableServiceLinks }}
{{- with include "zegel.imagePullSecrets" . }}
{{ . }}
{{- end }}
{{- with .Values.priorityClassName | default .Values.global.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .Values.runtimeClassName }}
runtimeClassName: {{ . | quote }}
{{- end }}
{{- if not (kindIs "invalid" .Values.hostUsers) }}
hostUsers: {{ .Values.hostUsers }}
{{- end }}
{{- with .Values.dnsPolicy }}
dnsPolicy: {{ . }}
{{- end }}
{{- with .Values.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with mergeOverwrite (deepCopy (.Values.global.nodeSelector | default dict)) (deepCopy (.Values.nodeSelector | default dict)) }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* A PodDisruptionBudget's number as pods: `(dict "value" 1 or "50%" "of" REPLICAS)`, rounded up, as Kubernetes does. */}}
{{- define "zegel.pods" -}}
{{- $value := toString .value -}}
{{- if hasSuffix "%" $value -}}
{{- div (add (mul (trimSuffix "%" $value | int) (int .of)) 99) 100 -}}
{{- else -}}
{{- int $value -}}
{{- end -}}
{{- end }}

{{/* Whom a rule lets out to: what the value says, else public addresses, as the controller itself does (RFC 1918, 4193, 6598). */}}
{{- define "zegel.wayOut" -}}
{{- if .to -}}
to:
{{ toYaml .to | indent 2 }}
{{- else if not .private -}}
to:
- ipBlock:
    cidr: 0.0.0.0/0
    except: [10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16]
- ipBlock:
    cidr: "::/0"
    except: ["::1/128", "fc00::/7", "fe80::/10"]
{{- end -}}
{{- end }}

{{/* A duration of Go or of Prometheus as milliseconds; the schema has seen that it is one. */}}
{{- define "zegel.milliseconds" -}}
{{- $units := dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 "d" 86400000 "w" 604800000 "y" 31536000000 -}}
{{- $sum := 0 -}}
{{- range regexFindAll "[0-9]+[a-z]+" . -1 -}}
{{- $sum = add $sum (mul (regexFind "^[0-9]+" . | int64) (get $units (regexFind "[a-z]+$" .) | int64)) -}}
{{- end -}}
{{- $sum -}}
{{- end }}

{{/*
Whether nobody but `resolvers` is asked, as far as values show. More are where name servers are asked too, where extraArgs says
otherwise than the values, and where the system's resolver is asked for the name of a probe.
*/}}
{{- define "zegel.resolversOnly" -}}
{{- $only := and .Values.resolvers (eq .Values.dns.authorities "off") -}}
{{- if not (regexMatch "^(|[0-9.]+:[0-9]+|\\[.*\\]:[0-9]+)$" .Values.mailServers.probe.address) -}}{{- $only = false -}}{{- end -}}
{{- range .Values.extraArgs -}}{{- if regexMatch "^--(resolver|authorities|probe)(=|$)" . -}}{{- $only = false -}}{{- end -}}{{- end -}}
{{- if $only -}}true{{- end -}}
{{- end }}

{{/* A resolver of the values as a peer: `IP`, `IP:PORT` or `[IP]:PORT`; an IPv4 address in IPv6's clothes as what it is. */}}
{{- define "zegel.resolverBlock" -}}
{{- $ip := . -}}
{{- if regexMatch "^([^:]*|\\[.*\\]):[0-9]+$" . -}}{{- $ip = regexReplaceAll ":[0-9]+$" . "" -}}{{- end -}}
{{- $ip = trimAll "[]" $ip -}}
{{- if contains "." $ip -}}{{- $ip = regexFind "[0-9.]+$" $ip -}}{{- end -}}
ipBlock:
  cidr: {{ printf "%s/%d" $ip (ternary 128 32 (contains ":" $ip)) | quote }}
{{- end }}

{{/* The name the key of a label has in a series, as the program gives it: `partOf` is `label_part_of`. */}}
{{- define "zegel.seriesLabel" -}}
{{- $apart := regexReplaceAll "([a-z0-9])([A-Z])" . "${1}_${2}" -}}
label_{{ regexReplaceAll "[^a-z0-9]" (lower $apart) "_" }}
{{- end }}

{{/* What values may not say together. The schema judges each by itself. */}}
{{- define "zegel.validate" -}}
{{- $values := .Values -}}
{{- if not $values.image.repository -}}
{{- fail "image.repository is not set, and it has no default: Zegel publishes no image yet. Build one with make image, push it, and say where it is: --set image.repository=registry.example/zegel" -}}
{{- end -}}
{{- if .Chart.IsRoot -}}
{{- $known := list "imagePullSecrets" "commonLabels" "nodeSelector" "priorityClassName" "logLevel" "rbac" "leaderElection" -}}
{{- range $key := keys $values.global | sortAlpha -}}
{{- if not (has $key $known) -}}
{{- fail (printf "global.%s is no value of this chart: want one of %s" $key (join ", " $known)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $values.grants.selectors (ne $values.tenancy "Closed") -}}
{{- fail "grants.selectors is true and tenancy is Open: grants are heeded in a closed cluster only, and no label is read for them. Set tenancy=Closed, or leave grants.selectors false" -}}
{{- end -}}
{{- if and (gt (int $values.leaderElection.shards) 1) (not $values.leaderElection.enabled) -}}
{{- fail "leaderElection.shards is more than 1 and leaderElection.enabled is false: every replica would write every status. Leave leader election on, or have one shard" -}}
{{- end -}}
{{- if and (gt (int $values.leaderElection.shards) 1) $values.watch.shardSelector -}}
{{- fail "leaderElection.shards is more than 1 and watch.shardSelector is set: want one way to share the MailDomains" -}}
{{- end -}}
{{- if and $values.watch.labelSelector $values.watch.shardSelector -}}
{{- fail "watch.labelSelector and watch.shardSelector are both set: want the second where other releases look after the rest, else the first" -}}
{{- end -}}
{{- if and (gt (int $values.replicas) 2) (le (int $values.leaderElection.shards) 1) -}}
{{- fail "replicas is more than 2 and leaderElection.shards is 1: one works, and one standby is enough. Have fewer replicas, or more shards than replicas" -}}
{{- end -}}
{{- if and (gt (int $values.replicas) 1) (not $values.leaderElection.enabled) -}}
{{- fail "replicas is 2 and leaderElection.enabled is false: both replicas would write every status. Leave leader election on, or run one replica" -}}
{{- end -}}
{{- if and (not $values.serviceAccount.create) (not $values.serviceAccount.name) -}}
{{- fail "serviceAccount.create is false and serviceAccount.name is not set: say which ServiceAccount the controller is, or let the chart make one" -}}
{{- end -}}
{{- with $values.mailServers -}}
{{- if and .probe.address (not .probe.secret) -}}
{{- fail "mailServers.probe.address is set and mailServers.probe.secret is not: a probe answers nobody without a certificate. Name the Secret that holds ca.crt, tls.crt and tls.key" -}}
{{- end -}}
{{- if and .probe.secret (not .probe.address) -}}
{{- fail "mailServers.probe.secret is set and mailServers.probe.address is not: say where the probe is, as host and port" -}}
{{- end -}}
{{- if and .probe.address .proxy -}}
{{- fail "mailServers.probe.address and mailServers.proxy are both set: want one way to mail servers. A probe may use a proxy itself" -}}
{{- end -}}
{{- if and .probe.address .ehlo -}}
{{- fail "mailServers.probe.address and mailServers.ehlo are both set: the probe says who it is. Give it --smtp-ehlo, and leave ehlo empty" -}}
{{- end -}}
{{- end -}}
{{- with $values.leaderElection -}}
{{- if and .enabled (lt (include "zegel.milliseconds" .leaseDuration | int64) 3000) -}}
{{- fail (printf "leaderElection.leaseDuration is %s: a leader renews its Lease several times in that time, and would lose it at the first slow answer. Want 3s at the least, 15s is the default" .leaseDuration) -}}
{{- end -}}
{{- end -}}
{{- if eq $values.dns.dnssec "off" -}}
{{- if $values.dns.trustAnchor.configMap -}}
{{- fail "dns.trustAnchor.configMap is set and dns.dnssec is off: nothing is validated, so the anchor serves nothing. Leave one of them out" -}}
{{- end -}}
{{- range $key := list "dnssecControl" "dnssecBogusControl" -}}
{{- if get $values.dns $key -}}
{{- fail (printf "dns.%s is set and dns.dnssec is off: nobody asks whether the resolver does DNSSEC. Leave one of them out" $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $values.metrics.objectLabels (eq $values.metrics.objects "None") -}}
{{- fail "metrics.objectLabels is set and metrics.objects is None: no MailDomain has series of its own that could carry them. Have Problems or All, or leave objectLabels empty" -}}
{{- end -}}
{{- $named := dict -}}
{{- range $key := $values.metrics.objectLabels -}}
{{- $name := include "zegel.seriesLabel" $key -}}
{{- with get $named $name -}}
{{- fail (printf "metrics.objectLabels has %s and %s, which would both be %s in a series, and nobody could tell which is meant: carry one of them" . $key $name) -}}
{{- end -}}
{{- $_ := set $named $name $key -}}
{{- end -}}
{{- range $label, $_ := (include "zegel.selector" . | fromYaml) -}}
{{- if hasKey ($values.podLabels | default dict) $label -}}
{{- fail (printf "podLabels has %s, by which the Deployment and the Service find the pods: it is the chart's. nameOverride changes what app.kubernetes.io/name says" $label) -}}
{{- end -}}
{{- end -}}
{{- with $values.strategy -}}
{{- if and (eq .type "RollingUpdate") (has (toString .rollingUpdate.maxSurge) (list "0" "0%")) (has (toString .rollingUpdate.maxUnavailable) (list "0" "0%")) -}}
{{- fail "strategy.rollingUpdate has maxSurge and maxUnavailable 0: no pod could be replaced. Want 1 of one of them, or type Recreate" -}}
{{- end -}}
{{- end -}}
{{- if and (eq $values.dnsPolicy "None") (not ($values.dnsConfig | default dict).nameservers) -}}
{{- fail "dnsPolicy is None and dnsConfig.nameservers is empty: the pod would have no resolv.conf. Name one, or leave dnsPolicy empty" -}}
{{- end -}}
{{- $monitoring := $values.monitoring -}}
{{- range $name := list "serviceMonitor" "podMonitor" -}}
{{- with get $monitoring $name -}}
{{- if and .enabled (gt (include "zegel.milliseconds" .scrapeTimeout | int64) (include "zegel.milliseconds" .interval | int64)) -}}
{{- fail (printf "monitoring.%s.scrapeTimeout is %s and interval %s: Prometheus takes no timeout longer than the interval" $name .scrapeTimeout .interval) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $monitoring.serviceMonitor.enabled $monitoring.podMonitor.enabled -}}
{{- fail "monitoring.serviceMonitor and monitoring.podMonitor are both enabled: every series would be scraped twice. Enable one of them" -}}
{{- end -}}
{{- if and $monitoring.serviceMonitor.enabled (not $values.service.enabled) -}}
{{- fail "monitoring.serviceMonitor.enabled is true and service.enabled is false: there is no Service to scrape. Enable the Service, or use monitoring.podMonitor" -}}
{{- end -}}
{{- if and $monitoring.dashboards.grafanaDashboard.enabled (not $monitoring.dashboards.grafanaDashboard.instanceSelector) -}}
{{- fail "monitoring.dashboards.grafanaDashboard.instanceSelector is empty, and would select no Grafana: give it matchLabels of yours" -}}
{{- end -}}
{{- $names := list -}}
{{- range (.Files.Get "files/alerts.yaml" | fromYaml).groups -}}{{- range .rules -}}{{- $names = append $names .alert -}}{{- end -}}{{- end -}}
{{- range $name, $_ := $monitoring.prometheusRule.overrides -}}
{{- if not (has $name $names) -}}
{{- fail (printf "monitoring.prometheusRule.overrides.%s is no alert of this chart: want one of %s" $name (join ", " $names)) -}}
{{- end -}}
{{- end -}}
{{- with $values.podDisruptionBudget -}}
{{- if .enabled -}}
{{- $least := toString .minAvailable -}}{{- $most := toString .maxUnavailable -}}
{{- if and (ne $least "") (ne $most "") -}}
{{- fail "podDisruptionBudget has both minAvailable and maxUnavailable: Kubernetes takes one of them" -}}
{{- end -}}
{{- if and (ne $least "") (ge (include "zegel.pods" (dict "value" $least "of" $values.replicas) | int) (int $values.replicas)) -}}
{{- fail (printf "podDisruptionBudget.minAvailable=%s with replicas=%v would block every drain of a node: want fewer than there are, or leave it empty" $least $values.replicas) -}}
{{- end -}}
{{- if and (ne $most "") (lt (include "zegel.pods" (dict "value" $most "of" $values.replicas) | int) 1) -}}
{{- fail (printf "podDisruptionBudget.maxUnavailable=%s would block every drain of a node: want at least 1" $most) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}
