{{/* Names, labels and small facts that every object shares. Each takes the chart's own context. */}}

{{/* Of the service. The chart's own; a chart for anybody's consumer takes it as the value `name`. */}}
{{- define "gardenos.name" -}}
{{ .Values.name | default .Chart.Name }}
{{- end }}

{{- define "gardenos.fullname" -}}
{{ .Values.global.namePrefix }}-{{ include "gardenos.name" . }}
{{- end }}

{{/* What `python -m` runs, and what the service's own settings begin with. */}}
{{- define "gardenos.module" -}}
{{ .Values.name | default (printf "gardenos_%s" .Chart.Name) | replace "-" "_" }}
{{- end }}

{{- define "gardenos.settingsPrefix" -}}
GARDENOS_{{ include "gardenos.name" . | replace "-" "_" | upper }}_
{{- end }}

{{/* True for the services whose events hold people's personal data: they alone read the master key. */}}
{{- define "gardenos.seals" -}}
{{- if and (not .Values.name) (has .Chart.Name (list "identity" "leads" "clients" "comms" "ai")) -}}true{{- end -}}
{{- end }}

{{- define "gardenos.selectorLabels" -}}
app.kubernetes.io/name: {{ include "gardenos.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: server
{{- end }}

{{/* Of pods, besides their component. Nothing that changes when only the chart does. */}}
{{- define "gardenos.podLabels" -}}
app.kubernetes.io/name: {{ include "gardenos.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: gardenos
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{- define "gardenos.labels" -}}
{{ include "gardenos.podLabels" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "gardenos.metadata" -}}
name: {{ include "gardenos.fullname" . }}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "gardenos.labels" . | nindent 2 }}
{{- end }}

{{- define "gardenos.image" -}}
{{- $image := .Values.image -}}
{{- with .Values.global.image.registry }}{{ . }}/{{ end -}}
{{ $image.repository }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $image.tag | default .Values.global.image.tag | default .Chart.AppVersion }}{{ end -}}
{{- end }}

{{/* Base address of the service named by `name`. */}}
{{- define "gardenos.url" -}}
{{ get .root.Values.global.urls .name | default (printf "http://%s-%s:8000" .root.Values.global.namePrefix .name) }}
{{- end }}

{{- define "gardenos.databaseSecret" -}}
{{ .Values.database.existingSecret | default (include "gardenos.fullname" .) }}
{{- end }}
