{{- define "saydo.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "saydo.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "saydo.labels" -}}
{{ include "saydo.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "saydo.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* What every pod runs as. */}}
{{- define "saydo.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "saydo.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{/* The settings: secrets are files, the rest is the environment. */}}
{{- define "saydo.environment" -}}
env:
  - {name: SAYDO_PROFILE, value: production}
  - {name: SAYDO_LISTEN, value: "0.0.0.0:8000"}
  - {name: SAYDO_DATA_DIR, value: /data}
  - {name: SAYDO_LOG_FORMAT, value: json}
  {{- /* The job before has done it; a pod that starts must not. */}}
  - {name: SAYDO_MIGRATE, value: "off"}
  {{- if .Values.backup.enabled }}
  - {name: SAYDO_BACKUP_EVERY, value: {{ .Values.backup.everyHours | quote }}}
  - {name: SAYDO_BACKUP_DIR, value: /backups}
  {{- else }}
  - {name: SAYDO_BACKUPS, value: elsewhere}
  {{- end }}
  {{- range $name, $value := .Values.settings }}
  - {name: {{ $name }}, value: {{ $value | quote }}}
  {{- end }}
  {{- range .Values.secretKeys }}
  - {name: {{ . }}_FILE, value: /secrets/{{ . }}}
  {{- end }}
volumeMounts:
  - {name: data, mountPath: /data}
  - {name: tmp, mountPath: /tmp}
  - {name: secrets, mountPath: /secrets, readOnly: true}
  {{- if .Values.backup.enabled }}
  - {name: backups, mountPath: /backups}
  {{- end }}
{{- end }}

{{- define "saydo.volumes" -}}
volumes:
  - {name: data, emptyDir: {}}
  - {name: tmp, emptyDir: {}}
  - name: secrets
    secret:
      secretName: {{ .Values.existingSecret }}
      defaultMode: 0440
      items:
        {{- range .Values.secretKeys }}
        - {key: {{ . }}, path: {{ . }}}
        {{- end }}
  {{- if .Values.backup.enabled }}
  - name: backups
    persistentVolumeClaim: {claimName: {{ required "backup.existingClaim is needed" .Values.backup.existingClaim }}}
  {{- end }}
{{- end }}
