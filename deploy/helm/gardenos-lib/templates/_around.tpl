{{/* What stands around a Deployment. Each takes the chart's own context. */}}

{{- define "gardenos.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "gardenos.metadata" . | nindent 2 }}
  {{- with .Values.serviceAccount.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}

{{- define "gardenos.clusterService" -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "gardenos.metadata" . | nindent 2 }}
spec:
  type: ClusterIP
  ports:
    - name: http
      port: 8000
      targetPort: http
  selector:
    {{- include "gardenos.selectorLabels" . | nindent 4 }}
{{- end }}

{{- define "gardenos.autoscaler" -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "gardenos.metadata" . | nindent 2 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "gardenos.fullname" . }}
  minReplicas: {{ .Values.autoscaling.minReplicas }}
  maxReplicas: {{ .Values.autoscaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ .Values.autoscaling.targetCPUUtilizationPercentage }}
{{- end }}

{{- define "gardenos.disruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "gardenos.metadata" . | nindent 2 }}
spec:
  maxUnavailable: {{ .Values.podDisruptionBudget.maxUnavailable }}
  # A pod that is broken anyway does not hold up the drain of a node.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "gardenos.selectorLabels" . | nindent 6 }}
{{- end }}

{{- define "gardenos.ingress" -}}
{{- $ingress := .Values.global.ingress -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  {{- include "gardenos.metadata" . | nindent 2 }}
  {{- with mergeOverwrite (deepCopy $ingress.annotations) .Values.ingress.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with $ingress.className }}
  ingressClassName: {{ . }}
  {{- end }}
  {{- if $ingress.tlsSecret }}
  tls:
    - secretName: {{ $ingress.tlsSecret }}
      {{- with $ingress.host }}
      hosts: [{{ . | quote }}]
      {{- end }}
  {{- end }}
  rules:
    - http:
        paths:
          {{- range .Values.routes }}
          - path: {{ . }}
            pathType: Prefix
            backend:
              service:
                name: {{ include "gardenos.fullname" $ }}
                port:
                  name: http
          {{- end }}
      {{- with $ingress.host }}
      host: {{ . | quote }}
      {{- end }}
{{- end }}

{{- define "gardenos.httpRoute" -}}
{{- if not .Values.global.httpRoute.parentRefs }}
{{- fail "global.httpRoute.parentRefs: name at least one Gateway" }}
{{- end -}}
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  {{- include "gardenos.metadata" . | nindent 2 }}
spec:
  parentRefs:
    {{- toYaml .Values.global.httpRoute.parentRefs | nindent 4 }}
  {{- with .Values.global.httpRoute.hostnames }}
  hostnames:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  rules:
    {{- range .Values.routes }}
    - matches:
        - path:
            type: PathPrefix
            value: {{ . }}
      backendRefs:
        - name: {{ include "gardenos.fullname" $ }}
          port: 8000
    {{- end }}
{{- end }}

{{- define "gardenos.serviceMonitor" -}}
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  {{- include "gardenos.metadata" . | nindent 2 }}
    {{- with .Values.global.serviceMonitor.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  selector:
    matchLabels:
      app.kubernetes.io/name: {{ include "gardenos.name" . }}
      app.kubernetes.io/instance: {{ .Release.Name }}
  endpoints:
    - port: http
      path: /metrics
      interval: {{ .Values.global.serviceMonitor.interval }}
{{- end }}

{{/* In: the other services and whom the values name. Out: DNS, the other services, the ports the values name. */}}
{{- define "gardenos.networkPolicy" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "gardenos.metadata" . | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "gardenos.selectorLabels" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - podSelector:
            matchLabels:
              app.kubernetes.io/part-of: gardenos
        {{- with .Values.global.networkPolicy.ingressFrom }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        - port: http
    {{- with .Values.mail | default dict }}
    {{- if .enabled }}
    - ports:
        - port: mail
      {{- with .from }}
      from:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    {{- end }}
    {{- end }}
  egress:
    - ports:
        - port: 53
          protocol: UDP
        - port: 53
          protocol: TCP
    - to:
        - podSelector:
            matchLabels:
              app.kubernetes.io/part-of: gardenos
      ports:
        - port: 8000
    {{- with .Values.networkPolicy.egressPorts }}
    - ports:
        {{- range . }}
        - port: {{ . }}
        {{- end }}
    {{- end }}
    {{- with .Values.networkPolicy.publicPorts }}
    - to:
        - ipBlock:
            cidr: 0.0.0.0/0
            except:
              - 0.0.0.0/8
              - 10.0.0.0/8
              - 100.64.0.0/10
              - 127.0.0.0/8
              - 169.254.0.0/16
              - 172.16.0.0/12
              - 192.168.0.0/16
              - 198.18.0.0/15
              - 224.0.0.0/3
        - ipBlock:
            # All of IPv6 that is given out to the public, but what carries an IPv4 address inside.
            cidr: 2000::/3
            except:
              - 2001::/32
              - 2002::/16
      ports:
        {{- range . }}
        - port: {{ . }}
        {{- end }}
    {{- end }}
{{- end }}

{{/* All of the above that the values ask for, each a document of its own. */}}
{{- define "gardenos.around" }}
---
{{ include "gardenos.serviceAccount" . }}
---
{{ include "gardenos.clusterService" . }}
{{- if .Values.autoscaling.enabled }}
---
{{ include "gardenos.autoscaler" . }}
{{- end }}
{{- if .Values.podDisruptionBudget.enabled }}
---
{{ include "gardenos.disruptionBudget" . }}
{{- end }}
{{- if and .Values.global.ingress.enabled .Values.routes }}
---
{{ include "gardenos.ingress" . }}
{{- end }}
{{- if and .Values.global.httpRoute.enabled .Values.routes }}
---
{{ include "gardenos.httpRoute" . }}
{{- end }}
{{- if .Values.global.networkPolicy.enabled }}
---
{{ include "gardenos.networkPolicy" . }}
{{- end }}
{{- range .Values.extraObjects }}
---
{{ tpl (toYaml .) $ }}
{{- end }}
{{- end }}
