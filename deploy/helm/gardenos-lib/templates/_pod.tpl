{{/* What every pod here is: not root, nothing writable but what is mounted, no access to the cluster. */}}

{{- define "gardenos.podSecurity" -}}
automountServiceAccountToken: false
# Service links would set GARDENOS_LEADS_PORT and the like, which are names of our settings.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .Values.runAsUser | default 10001 }}
  runAsGroup: {{ .Values.runAsUser | default 10001 }}
  fsGroup: {{ .Values.runAsUser | default 10001 }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.global.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "gardenos.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  capabilities:
    drop: [ALL]
{{- end }}

{{- define "gardenos.placement" -}}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{/* Spread over zones, then over machines; never a reason not to run. */}}
{{- define "gardenos.spread" -}}
topologySpreadConstraints:
  {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "gardenos.selectorLabels" $ | nindent 8 }}
    matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- end }}

{{/* A new revision of a Secret makes new pods at the next upgrade. Its revision, not its content; where no
     cluster can be asked (`helm template`) there is nothing to say. */}}
{{- define "gardenos.secretRevisions" -}}
{{- $revisions := list }}
{{- range .names }}
{{- with lookup "v1" "Secret" $.root.Release.Namespace . }}
{{- $revisions = append $revisions (printf "%s/%s" .metadata.uid .metadata.resourceVersion) }}
{{- end }}
{{- end }}
{{- with $revisions }}
checksum/secrets: {{ join "," . | sha256sum }}
{{- end }}
{{- end }}
