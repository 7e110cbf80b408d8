# What the command line says.
cli-administrator = Administrator
cli-serve-ready = PENNY is ready on { $url }
cli-serve-link = Sign in as { $whom } with this link. It works once, within 24 hours:
cli-no-account = There is no account with the address { $email }.
cli-no-tenant = There is no company with the short name { $slug }.
cli-seed-done = The demo company is installed.
cli-seed-there = The demo company was there already.
# What the doctor finds, and how to mend it.
doctor-config = Configuration
doctor-config-fine = can be read
doctor-config-wrong = { $problem }
doctor-config-wrong-mend = Correct it; `penny schema config` prints every key and what it does.
doctor-address = Address
doctor-address-fine = { $url }
doctor-address-running = a PENNY answers at { $address } already
doctor-address-running-mend = Nothing to do. A second one needs an http.addr and a data.dir of its own.
doctor-address-taken = another program listens at { $address }
doctor-address-taken-mend = Stop it, or set http.addr to another port.
doctor-address-closed = { $address } cannot be listened on: { $problem }
doctor-address-closed-mend = Set http.addr to an address of this machine and a port its user may open.
doctor-address-open = { $url } can be reached from other machines without encryption
doctor-address-open-mend = Put a proxy with https in front and set http.public_url to the address people type.
doctor-folder = Data folder
doctor-folder-fine = { $dir } can be written
doctor-folder-new = { $dir } does not exist yet
doctor-folder-new-mend = Nothing to do: `penny serve` makes it.
doctor-folder-open = { $dir } can be entered by every user of this machine
doctor-folder-open-mend = Run: chmod 700 { $dir }
doctor-folder-closed = { $dir } cannot be written: { $problem }
doctor-folder-closed-mend = Give it to the user who runs PENNY, or set data.dir to another folder.
doctor-space = Disk space
doctor-space-fine = { $free } MiB free
doctor-space-little = only { $free } MiB free
doctor-space-little-mend = Make room, or move the data folder to a larger disk.
doctor-database = Database
doctor-database-fine = { $kind } answers and is up to date
doctor-database-new = { $kind }; there is none yet
doctor-database-new-mend = Nothing to do: `penny serve` makes it.
doctor-database-outdated = { $kind } answers, but { $count ->
    [one] one migration is missing
   *[other] { $count } migrations are missing
}
doctor-database-outdated-mend = Run `penny migrate`, or start `penny serve`, which does it.
doctor-database-silent = { $kind } does not answer
doctor-database-silent-mend = Check that it runs and that database.url names the right host and port.
doctor-database-failing = { $kind }: { $problem }
doctor-database-failing-mend = Check database.url, its user's rights, and the database's own log.
doctor-audit = Audit trail
doctor-audit-fine = is whole ({ $count ->
    [one] one record
   *[other] { $count } records
})
doctor-audit-broken = was changed at record { $record } of the tenant { $tenant }
doctor-audit-broken-mend = Somebody wrote to the database past PENNY. Keep it as it is and compare it with a backup.
doctor-audit-keyless = cannot be checked: the key file { $path } is not there
doctor-audit-keyless-mend = Bring it back from a backup. A new one is made at the next start, and then what was signed before is not believed.
doctor-audit-long = takes longer than { $seconds } seconds to check
doctor-audit-long-mend = Nothing to do: what was checked until then is whole.
doctor-audit-failing = cannot be read: { $problem }
doctor-audit-failing-mend = Check the rights of the database's user, and the database's own log.
doctor-clock = Clock
doctor-clock-fine = { $now }
doctor-clock-wrong = says { $now }, which cannot be
doctor-clock-wrong-mend = Set the machine's clock; sign-ins and links depend on it.
doctor-models = Models
doctor-models-fine = { $url } answers
doctor-models-ollama = a local Ollama answers: { $model }
doctor-models-unlisted = { $url } gives no list of models; any name is passed through to it
doctor-models-unlisted-mend = Check that models.openai_compatible.base_url goes up to and with /v1. If it does, set models.default, or name a model with each message.
doctor-models-silent = no Ollama answers at { $url }
doctor-models-silent-mend = Start it, or correct models.ollama.base_url.
doctor-models-failing = { $url } does not answer: { $problem }
doctor-models-failing-mend = Check models.openai_compatible.base_url (up to and with /v1) and its api_key.
doctor-models-demo = none but the built-in demo, which is not a language model
doctor-models-demo-mend = Start Ollama, or set models.openai_compatible.base_url.
doctor-openid = Sign-in provider
doctor-openid-fine = { $name } answers
doctor-openid-failing = { $name } does not answer: { $problem }
doctor-openid-failing-mend = Check auth.oidc.{ $name }.issuer: its /.well-known/openid-configuration has to be reachable from here.
doctor-docker = Sandbox
doctor-docker-fine = a Docker engine answers
doctor-docker-none = no Docker engine; programs cannot be run
doctor-docker-none-mend = Nothing to do unless you want to run programs: then install Docker and give PENNY's user its socket.
doctor-site = Page
doctor-site-fine = is built
doctor-site-missing = has not been built
doctor-site-missing-mend = Run `make build`, or set http.site_dir to a folder that has it.
