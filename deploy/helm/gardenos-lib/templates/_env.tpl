{{/* The settings of a service, as gardenos_chassis.settings reads them. */}}

{{- define "gardenos.env" -}}
{{- $prefix := include "gardenos.settingsPrefix" . -}}
- name: GARDENOS_HOST
  value: "0.0.0.0"
- name: GARDENOS_PORT
  value: "8000"
- name: GARDENOS_LOG_LEVEL
  value: {{ .Values.global.logLevel | quote }}
- name: GARDENOS_KAFKA_BOOTSTRAP
  value: {{ .Values.global.kafka.bootstrap | quote }}
- name: GARDENOS_KAFKA_PARTITIONS
  value: {{ .Values.global.kafka.partitions | quote }}
- name: GARDENOS_KAFKA_REPLICATION
  value: {{ .Values.global.kafka.replication | quote }}
{{- range list "identity" "leads" "clients" "comms" "ai" "reporting" }}
- name: GARDENOS_{{ upper . }}_URL
  value: {{ include "gardenos.url" (dict "root" $ "name" .) | quote }}
{{- end }}
{{- with .Values.global.otlpEndpoint }}
- name: GARDENOS_OTLP_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- with .Values.global.trustedProxies }}
- name: GARDENOS_TRUSTED_PROXIES
  value: {{ . | quote }}
{{- end }}
- name: GARDENOS_INTERNAL_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ .Values.global.internalToken.existingSecret }}
      key: {{ .Values.global.internalToken.key }}
{{- if include "gardenos.seals" . }}
- name: GARDENOS_MASTER_KEY
  valueFrom:
    secretKeyRef:
      name: {{ .Values.global.masterKey.existingSecret }}
      key: {{ .Values.global.masterKey.key }}
{{- end }}
- name: {{ $prefix }}DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ include "gardenos.databaseSecret" . }}
      key: {{ .Values.database.urlKey }}
- name: {{ $prefix }}DATABASE_POOL
  value: {{ .Values.database.pool | quote }}
- name: {{ $prefix }}STATEMENT_CACHE
  value: {{ .Values.database.statementCache | quote }}
{{- with .ownEnv }}
{{ . }}
{{- end }}
{{- range $name, $value := .Values.settings }}
- name: {{ $prefix }}{{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}
