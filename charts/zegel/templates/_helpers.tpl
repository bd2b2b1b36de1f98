{{/* The name of every object: the release's, with the chart's name unless it is in there already. */}}
{{- define "zegel.name" -}}
{{- if contains "zegel" .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-zegel" (.Release.Name | trunc 46 | trimSuffix "-") -}}
{{- end -}}
{{- end }}

{{- define "zegel.selector" -}}
app.kubernetes.io/name: zegel
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "zegel.labels" -}}
{{ include "zegel.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}
