{{/* Name of all objects of the release. */}}
{{- define "penny.name" -}}
{{- if contains "penny" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-penny" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "penny.selector" -}}
app.kubernetes.io/name: penny
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "penny.labels" -}}
{{ include "penny.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "penny.secret" -}}
{{ .Values.existingSecret | default (include "penny.name" .) }}
{{- end }}
