{{/* A GardenOS service, whole: migration, Deployment and what stands around it. Takes the chart's context, in
     which the chart may have set `ownEnv` (YAML, a list of environment variables) and `ownSecrets` (names). */}}

{{- define "gardenos.service" -}}
{{- $secrets := list (include "gardenos.databaseSecret" .) .Values.global.internalToken.existingSecret -}}
{{- if include "gardenos.seals" . }}{{ $secrets = append $secrets .Values.global.masterKey.existingSecret }}{{ end -}}
{{- $data := .Values.data | default dict -}}
{{- if .Values.migration.enabled }}
{{ include "gardenos.migration" . }}
---
{{- end }}
{{ include "gardenos.deployment" (dict "root" . "secrets" (concat $secrets (.ownSecrets | default list) | uniq)
   "container" (include "gardenos.serviceContainer" .) "volumes" (include "gardenos.serviceVolumes" .)) }}
{{- include "gardenos.around" . }}
{{- if .Values.global.serviceMonitor.enabled }}
---
{{ include "gardenos.serviceMonitor" . }}
{{- end }}
{{- if and $data.enabled (not $data.existingClaim) }}
---
{{ include "gardenos.dataClaim" . }}
{{- end }}
---
{{ include "gardenos.readyTest" . }}
{{- end }}

{{/* `helm test` asks whether the service is ready, from inside the cluster. */}}
{{- define "gardenos.readyTest" -}}
apiVersion: v1
kind: Pod
metadata:
  name: {{ include "gardenos.fullname" . }}-test
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "gardenos.labels" . | nindent 4 }}
    app.kubernetes.io/component: test
  annotations:
    helm.sh/hook: test
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  restartPolicy: Never
  {{- include "gardenos.podSecurity" . | nindent 2 }}
  containers:
    - name: ready
      image: {{ include "gardenos.image" . | quote }}
      imagePullPolicy: {{ .Values.global.image.pullPolicy }}
      command:
        - python
        - -c
        - import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=10)
        - http://{{ include "gardenos.fullname" . }}:8000/readyz
      {{- include "gardenos.containerSecurity" . | nindent 6 }}
      resources:
        requests:
          cpu: 10m
          memory: 32Mi
        limits:
          memory: 64Mi
{{- end }}

{{- define "gardenos.serviceContainer" -}}
env:
  {{- include "gardenos.env" . | nindent 2 }}
startupProbe:
  httpGet:
    path: /livez
    port: http
  {{- toYaml .Values.probes.startup | nindent 2 }}
livenessProbe:
  httpGet:
    path: /livez
    port: http
  {{- toYaml .Values.probes.liveness | nindent 2 }}
readinessProbe:
  httpGet:
    # A broker that is away is no reason to turn requests away: the tables still answer.
    path: /readyz?traffic=true
    port: http
  {{- toYaml .Values.probes.readiness | nindent 2 }}
volumeMounts:
  - name: tmp
    mountPath: /tmp
  {{- if (.Values.data | default dict).enabled }}
  - name: data
    mountPath: {{ .Values.data.mountPath }}
  {{- end }}
  {{- if include "gardenos.mailSecret" . }}
  - name: mail
    mountPath: /etc/gardenos/mail
    readOnly: true
  {{- end }}
{{- end }}

{{/* The Secret with the certificate of a service that takes mail in; empty without. */}}
{{- define "gardenos.mailSecret" -}}
{{- with .Values.mail | default dict }}{{ if .enabled }}{{ .tlsSecret }}{{ end }}{{ end -}}
{{- end }}

{{- define "gardenos.serviceVolumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: 512Mi
{{- if (.Values.data | default dict).enabled }}
- name: data
  persistentVolumeClaim:
    claimName: {{ .Values.data.existingClaim | default (printf "%s-data" (include "gardenos.fullname" .)) }}
{{- end }}
{{- with include "gardenos.mailSecret" . }}
- name: mail
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- end }}

{{- define "gardenos.dataClaim" -}}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ include "gardenos.fullname" . }}-data
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "gardenos.labels" . | nindent 4 }}
  annotations:
    # What was written outlives the release.
    helm.sh/resource-policy: keep
spec:
  accessModes: [ReadWriteOnce]
  {{- with .Values.data.storageClass }}
  storageClassName: {{ . }}
  {{- end }}
  resources:
    requests:
      storage: {{ .Values.data.size }}
{{- end }}

{{/* Runs before the new pods are made; when it fails, the release fails and the old pods serve on. It comes before
     the release's own objects, so it uses none of them: the namespace's default account, without a token. */}}
{{- define "gardenos.migration" -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ include "gardenos.fullname" . }}-migrate
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "gardenos.labels" . | nindent 4 }}
    app.kubernetes.io/component: migration
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  backoffLimit: {{ .Values.migration.backoffLimit }}
  activeDeadlineSeconds: {{ .Values.migration.activeDeadlineSeconds }}
  template:
    metadata:
      labels:
        {{- include "gardenos.podLabels" . | nindent 8 }}
        app.kubernetes.io/component: migration
    spec:
      restartPolicy: Never
      {{- include "gardenos.podSecurity" . | nindent 6 }}
      {{- with include "gardenos.placement" . | trim }}
      {{- . | nindent 6 }}
      {{- end }}
      containers:
        - name: migrate
          image: {{ include "gardenos.image" . | quote }}
          imagePullPolicy: {{ .Values.global.image.pullPolicy }}
          command: [python, -m, {{ include "gardenos.module" . }}, migrate]
          {{- include "gardenos.containerSecurity" . | nindent 10 }}
          env:
            - name: GARDENOS_LOG_LEVEL
              value: {{ .Values.global.logLevel | quote }}
            - name: {{ include "gardenos.settingsPrefix" . }}MIGRATION_URL
              valueFrom:
                secretKeyRef:
                  name: {{ .Values.migration.existingSecret | default (include "gardenos.databaseSecret" .) }}
                  key: {{ .Values.migration.urlKey }}
          resources:
            {{- toYaml .Values.migration.resources | nindent 12 }}
          volumeMounts:
            - name: tmp
              mountPath: /tmp
      volumes:
        - name: tmp
          emptyDir:
            sizeLimit: 64Mi
{{- end }}
