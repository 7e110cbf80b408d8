# Command-line output.
cli-administrator = Administrator
cli-serve-ready = PENNY is ready on { $url }
cli-serve-link = Sign in as { $whom } with this link. It works once, within 24 hours:
cli-no-account = There is no account with the address { $email }.
cli-no-tenant = There is no company with the short name { $slug }.
cli-seed-done = The demo company is installed.
cli-seed-there = The demo company is already installed.
# Findings of `penny doctor` and how to fix them.
doctor-config = Configuration
doctor-config-fine = valid
doctor-config-wrong = { $problem }
doctor-config-wrong-mend = Correct it; `penny schema config` prints every key and what it does.
doctor-address = Address
doctor-address-fine = { $url }
doctor-address-running = PENNY is already running at { $address }
doctor-address-running-mend = Nothing to do. A second instance needs its own http.addr and data.dir.
doctor-address-taken = another program listens at { $address }
doctor-address-taken-mend = Stop it, or set http.addr to another port.
doctor-address-closed = cannot listen on { $address }: { $problem }
doctor-address-closed-mend = Set http.addr to an address of this machine and a port that the user may open.
doctor-address-open = { $url } can be reached from other machines without encryption
doctor-address-open-mend = Put an HTTPS reverse proxy in front and set http.public_url to its URL.
doctor-folder = Data folder
doctor-folder-fine = { $dir } is writable
doctor-folder-new = { $dir } does not exist yet
doctor-folder-new-mend = Nothing to do: `penny serve` creates it.
doctor-folder-open = { $dir } is accessible to every user of this machine
doctor-folder-open-mend = Run: chmod 700 { $dir }
doctor-folder-closed = { $dir } is not writable: { $problem }
doctor-folder-closed-mend = Change its owner to the user that runs PENNY, or set data.dir to another folder.
doctor-space = Disk space
doctor-space-fine = { $free } MiB free
doctor-space-little = only { $free } MiB free
doctor-space-little-mend = Free up space, or move the data folder to a larger disk.
doctor-database = Database
doctor-database-fine = { $kind } is reachable and up to date
doctor-database-new = { $kind }: no database yet
doctor-database-new-mend = Nothing to do: `penny serve` creates it.
doctor-database-outdated = { $kind } is reachable, but { $count ->
    [one] one migration is missing
   *[other] { $count } migrations are missing
}
doctor-database-outdated-mend = Run `penny migrate`, or start `penny serve`, which does it.
doctor-database-silent = { $kind } is not reachable
doctor-database-silent-mend = Check that it is running and that database.url has the right host and port.
doctor-database-failing = { $kind }: { $problem }
doctor-database-failing-mend = Check database.url, the permissions of its user, and the log of the database.
doctor-audit = Audit trail
doctor-audit-fine = is intact ({ $count ->
    [one] one record
   *[other] { $count } records
})
doctor-audit-broken = modified at record { $record } of the tenant { $tenant }
doctor-audit-broken-mend = The database was modified outside of PENNY. Do not change it, and compare it with a backup.
doctor-audit-keyless = cannot be checked: the key file { $path } is missing
doctor-audit-keyless-mend = Restore it from a backup. Otherwise the next start creates a new key, and earlier records can no longer be verified.
doctor-audit-long = takes longer than { $seconds } seconds to check
doctor-audit-long-mend = Nothing to do: the records checked so far are intact.
doctor-audit-failing = cannot be read: { $problem }
doctor-audit-failing-mend = Check the permissions of the database user, and the log of the database.
doctor-clock = Clock
doctor-clock-fine = { $now }
doctor-clock-wrong = shows { $now }, which is implausible
doctor-clock-wrong-mend = Set the machine's clock; sign-ins and links depend on it.
doctor-models = Models
doctor-models-fine = { $url } is reachable
doctor-models-ollama = local Ollama found: { $model }
doctor-models-unlisted = { $url } does not list its models; any model name is passed on
doctor-models-unlisted-mend = Check that models.openai_compatible.base_url ends with /v1. If it does, set models.default, or select a model for each message.
doctor-models-silent = Ollama is not reachable at { $url }
doctor-models-silent-mend = Start it, or correct models.ollama.base_url.
doctor-models-failing = { $url } is not reachable: { $problem }
doctor-models-failing-mend = Check models.openai_compatible.base_url (it must end with /v1) and its api_key.
doctor-models-demo = only the built-in demo, which is not a language model
doctor-models-demo-mend = Start Ollama, or set models.openai_compatible.base_url.
doctor-openid = Sign-in provider
doctor-openid-fine = { $name } is reachable
doctor-openid-failing = { $name } is not reachable: { $problem }
doctor-openid-failing-mend = Check auth.oidc.{ $name }.issuer: its /.well-known/openid-configuration must be reachable from this machine.
doctor-docker = Sandbox
doctor-docker-fine = Docker is available
doctor-docker-none = Docker is not available; programs cannot be run
doctor-docker-none-mend = Only needed to run programs: install Docker and give the user that runs PENNY access to its socket.
doctor-site = Web interface
doctor-site-fine = built
doctor-site-missing = not built
doctor-site-missing-mend = Run `make build`, or set http.site_dir to the folder of a built site.
