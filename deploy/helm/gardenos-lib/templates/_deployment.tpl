{{/* A Deployment around one container. Takes `root` (the chart's context), `container` and `volumes` (YAML), and
     `secrets`: the names of the Secrets the container reads. */}}
{{- define "gardenos.deployment" -}}
{{- with .root -}}
{{- $single := and .Values.data .Values.data.enabled -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "gardenos.metadata" . | nindent 2 }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicas }}
  {{- end }}
  revisionHistoryLimit: 5
  strategy:
    {{- if $single }}
    # Two pods cannot write one volume.
    type: Recreate
    {{- else }}
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
    {{- end }}
  selector:
    matchLabels:
      {{- include "gardenos.selectorLabels" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "gardenos.podLabels" . | nindent 8 }}
        app.kubernetes.io/component: server
        {{- with .Values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- $annotations := list }}
      {{- with include "gardenos.secretRevisions" (dict "root" . "names" ($.secrets | default list)) | trim }}
      {{- $annotations = append $annotations . }}
      {{- end }}
      {{- with .Values.podAnnotations }}
      {{- $annotations = append $annotations (toYaml .) }}
      {{- end }}
      {{- with $annotations }}
      annotations:
        {{- join "\n" . | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: {{ include "gardenos.fullname" . }}
      {{- include "gardenos.podSecurity" . | nindent 6 }}
      terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
      {{- with include "gardenos.placement" . | trim }}
      {{- . | nindent 6 }}
      {{- end }}
      {{- include "gardenos.spread" . | nindent 6 }}
      containers:
        - name: {{ include "gardenos.name" . }}
          image: {{ include "gardenos.image" . | quote }}
          imagePullPolicy: {{ .Values.global.image.pullPolicy }}
          {{- include "gardenos.containerSecurity" . | nindent 10 }}
          ports:
            - name: http
              containerPort: {{ .Values.containerPort | default 8000 }}
            {{- if (.Values.mail | default dict).enabled }}
            - name: mail
              containerPort: 2525
            {{- end }}
          lifecycle:
            preStop:
              sleep:
                seconds: {{ .Values.preStopSeconds }}
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
          {{- $.container | nindent 10 }}
      volumes:
        {{- $.volumes | nindent 8 }}
{{- end }}
{{- end }}
