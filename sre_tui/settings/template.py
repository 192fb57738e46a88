"""The settings file that `sre config init` writes."""

from typing import Final

TEMPLATE: Final = """\
# Settings of sre-tui. Environment variables and .env go before this file; secrets are better kept
# there, or in files named by variables such as GRAFANA_SERVICE_ACCOUNT_TOKEN_FILE.
# If the .env of the current folder gives an address, only credentials of that .env (and of files
# in that folder) go there. If the environment, or the .env beside this file, gives it, the .env of
# the current folder adds no credentials and does not say how the server's certificate is checked.

#homelab_name = "homelab"

# One block per instance; a second one is a second [[prometheus]] with its own name.
#[[prometheus]]
#name = "main"
#url = "http://prometheus.home.arpa:9090"      # Mimir, Thanos, VictoriaMetrics: with their prefix
#username = ""                                 # HTTP Basic at a proxy
#tenant = ""                                   # X-Scope-OrgID of Mimir
#timeout = 10                                  # seconds

#[[grafana]]
#url = "https://grafana.home.arpa"
# The token of a service account with the role Viewer: GRAFANA_SERVICE_ACCOUNT_TOKEN
#ca_cert = "~/.config/sre-tui/ca.pem"          # for a certificate of your own authority
#fingerprint = ""                              # or pin one certificate by its SHA-256
#verify_ssl = true

#[[loki]]
#url = "http://loki.home.arpa:3100"
#tenant = ""                                   # X-Scope-OrgID

# One block per cluster, or per host that stands alone; any member of a cluster knows all of it.
#[[proxmox]]
#name = "home"
#url = "https://pve1.home.arpa:8006"
# The token of a user with the role PVEAuditor, as USER@REALM!ID=SECRET: PROXMOX_API_TOKEN
#fingerprint = ""                              # of the node's certificate, which is self-signed

#[[pbs]]
#url = "https://pbs.home.arpa:8007"
# The token of a user with the role Audit, as USER@REALM!ID:SECRET: PBS_API_TOKEN
#default_datastore = "main"

#[[truenas]]
#url = "https://nas.home.arpa"
#username = "sre"                              # the account the key belongs to
# The key of an account with the privilege Readonly Admin: TRUENAS_API_KEY
#rest = false                                  # REST wants a full administrator's key

# Without this block the built-in analyst answers.
#[llm]
#provider = "ollama"                           # ollama, openai, anthropic or any LiteLLM provider
#model = "qwen3:8b"
#base_url = "http://127.0.0.1:11434"           # Ollama or any OpenAI-compatible server
#fallbacks = []                                # models to try when the first one fails
#context_tokens = 16384
#max_turns = 8                                 # model calls per question
#max_seconds = 180                             # time per question
#max_cost_per_question = 0.10                  # US dollars
#max_cost_per_day = 1.00
#anonymize = false                             # replace names and addresses before sending

# Access to the providers of fallbacks; keys better as OPENAI_API_KEY, ANTHROPIC_API_KEY and so on.
#[llm.providers.openai]
#base_url = "https://gateway.home.arpa/v1"

#[docs]
#extra_dirs = ["~/homelab/docs", "~/homelab/ansible"]

# The journal of incidents; docs/memory.md. On PostgreSQL: MEMORY_DB_URL.
#[memory]
#path = "~/homelab/memory.db"                  # in the data folder if not set
#usage = false                                 # count nothing, keep no questions: sre usage

# The report, and who gets it: `sre report --email`; docs/mail.md.
#[report]
#recipients = ["you@home.arpa"]
#days = 7                                      # it looks back
#schedule = "0 7 * * 1"                        # minute hour day month weekday: Monday at 7
#timezone = "Europe/Berlin"                    # the machine's if not set
#availability = 0.995                          # the share of the time that things are to be there
#llm = true                                    # the model, if there is one, writes the summary
#keep = 104                                    # reports in the archive

# The server that takes mail. The password: SMTP_PASSWORD
#[mail]
#host = "smtp.home.arpa"
#port = 587
#username = "sre@home.arpa"
#password = ""                                 # better as SMTP_PASSWORD or SMTP_PASSWORD_FILE
#security = "starttls"                         # tls (port 465), or none: unencrypted
#sender = "Homelab <sre@home.arpa>"            # the username if not set
#ca_cert = "~/.config/sre-tui/ca.pem"          # for a certificate of your own authority
#verify_ssl = true
#timeout = 30                                  # seconds to wait for each answer

# The full-screen app: how it looks, and how often it asks, in seconds.
#[app]
#theme = "dark"                                # light, ansi, high-contrast, or any that t lists
#alerts_every = 15
#guests_every = 15
#pools_every = 30
#backups_every = 120
#health_every = 60
#trends_every = 300                            # growth, snapshots, load of the last hour

# Other keys, by the ids that docs/keys.md and ? in the app show.
#[app.keys]
#"rows.explain" = "x"
#"app.refresh" = ["ctrl+r", "f5"]

# Limits of checks, in base units (ratios 0..1, seconds, bytes); docs/checks.md lists them all.
#[checks.pool-fill]
#trigger = 0.85
#clear = 0.83
#[checks.pool-fill.subjects."nas1/tank"]
#trigger = 0.95
#[checks.app-updates]
#enabled = false
"""
