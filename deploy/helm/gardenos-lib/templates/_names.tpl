{{/* Names, labels and small facts that every object shares. Each takes the chart's own context. */}}

{{- define "gardenos.fullname" -}}
{{ .Values.global.namePrefix }}-{{ .Chart.Name }}
{{- end }}

{{- define "gardenos.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: server
{{- end }}

{{/* Of pods, besides their component. Nothing that changes when only the chart does. */}}
{{- define "gardenos.podLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
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
