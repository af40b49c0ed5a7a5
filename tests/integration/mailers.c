#include "tests/integration/mailers.h"

#include <arpa/inet.h>
#include <check.h>
#include <dirent.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "tests/integration/eye.h"

/* Mail belongs to this user: no server delivers as root. */
static const struct passwd *
owner(void)
{
	const struct passwd *pw = geteuid() == 0 ? getpwnam("Debian-exim") : getpwuid(geteuid());

	ck_assert_msg(pw != NULL, "the user Debian-exim is missing: is exim4-daemon-light installed?");
	return pw;
}

void
mailers_make(struct mailers *m)
{
	memset(m, 0, sizeof(*m));
	snprintf(m->folder, sizeof(m->folder), "/tmp/kt-mail.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(m->folder));
	ck_assert_int_eq(chmod(m->folder, 0755), 0);
	shell("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost "
	    "-addext subjectAltName=DNS:localhost -keyout %s/key.pem -out %s/cert.pem 2>/dev/null",
	    m->folder, m->folder);
	shell("cd %s && mkdir -p spool mail/lapor/new mail/lapor/cur mail/lapor/tmp", m->folder);
	if (geteuid() == 0)
		shell("chown -R Debian-exim %s", m->folder);
}

void
mailers_remove(struct mailers *m)
{
	shell("rm -rf %s", m->folder);
}

/* Until somebody listens there. */
static void
wait_port(const char *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons((uint16_t)strtol(port, NULL, 10)) };
	int64_t until = clock_mono_ms() + LIMIT_MS;

	for (;;) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		int rc = connect(fd, (const struct sockaddr *)&a, sizeof(a));

		close(fd);
		if (rc == 0)
			return;
		ck_assert_msg(clock_mono_ms() < until, "nobody listens on %s", port);
		nanosleep(&(struct timespec){ 0, 10 * 1000000L }, NULL);
	}
}

/* ---- Exim ---- */

static const char exim[] =
    "daemon_smtp_ports = %s\nlocal_interfaces = 127.0.0.1\nspool_directory = %s/spool\n"
    "log_file_path = %s/%%slog\npid_file_path = %s/exim.pid\nprimary_hostname = localhost\n"
    "tls_certificate = %s/cert.pem\ntls_privatekey = %s/key.pem\ntls_advertise_hosts = *\n"
    "auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{}{*}}\nacl_smtp_rcpt = rcpt\n"
    "message_body_newlines = true\nqueue_only = false\n"
    "begin acl\nrcpt:\n  deny local_parts = tolak\n    message = no such mailbox\n"
    "  accept authenticated = *\n  deny message = log in first\n"
    "begin routers\n"
    "back:\n  driver = redirect\n  local_parts = pantul\n  allow_fail\n  data = :fail: no such mailbox\n"
    "ours:\n  driver = accept\n  local_parts = lapor\n  transport = box\n"
    "all:\n  driver = accept\n  transport = file\n"
    "begin transports\nfile:\n  driver = appendfile\n  file = %s/mail/all\n"
    "  delivery_date_add = false\n  envelope_to_add = false\n  return_path_add = false\n%s"
    "box:\n  driver = appendfile\n  directory = %s/mail/lapor\n  maildir_format\n  return_path_add\n%s"
    "begin authenticators\nplain:\n  driver = plaintext\n  public_name = PLAIN\n"
    "  server_prompts = :\n  server_set_id = $auth2\n"
    "  server_condition = ${if and{{eq{$auth2}{kentongan}}{eq{$auth3}{" SMTP_PASSWORD "}}}}\n";

void
exim_start(struct mailers *m)
{
	const char *f = m->folder, *user = geteuid() == 0 ? "  user = Debian-exim\n" : "";
	struct buf conf = { 0 }, log = { 0 };
	char argument[128];
	const char *const argv[] = { "exim4", "-C", argument, "-bdf", NULL };

	snprintf(m->smtp_port, sizeof(m->smtp_port), "%d", peer_free_port());
	buf_addf(&conf, exim, m->smtp_port, f, f, f, f, f, f, user, f, user);
	put_file(f, "exim.conf", conf.data, conf.len, 0644);
	snprintf(argument, sizeof(argument), "%s/exim.conf", f);
	buf_addf(&log, "%s/exim.err", f);
	peer_start(&m->exim, argv, buf_str(&log));
	wait_port(m->smtp_port);
	buf_release(&conf);
	buf_release(&log);
}

/* ---- Dovecot ---- */

static const char dovecot[] =
    "protocols = imap\nlisten = 127.0.0.1\nbase_dir = %s/run\nstate_dir = %s/state\n"
    "instance_name = kt-uji\nlog_path = %s/dovecot.log\nssl = yes\nssl_cert = <%s/cert.pem\n"
    "ssl_key = <%s/key.pem\ndisable_plaintext_auth = yes\nfirst_valid_uid = 1\n"
    "mail_location = maildir:%s/mail/lapor\nmail_max_userip_connections = 50\n%s"
    "passdb {\n  driver = passwd-file\n  args = scheme=PLAIN %s/users\n}\n"
    "userdb {\n  driver = static\n  args = uid=%s gid=%ld home=%s allow_all_users=yes\n}\n"
    "service imap-login {\n  chroot =\n  inet_listener imap {\n    port = %s\n  }\n"
    "  inet_listener imaps {\n    port = %s\n  }\n}\n"
    "service anvil {\n  chroot =\n}\nservice stats {\n  chroot =\n}\n";

void
dovecot_start(struct mailers *m)
{
	const char *f = m->folder;
	const struct passwd *pw = owner();
	struct buf conf = { 0 }, log = { 0 }, users = { 0 };
	char argument[128];
	const char *const argv[] = { "/usr/sbin/dovecot", "-F", "-c", argument, NULL };

	if (m->imap_port[0] == '\0') {
		snprintf(m->imap_port, sizeof(m->imap_port), "%d", peer_free_port());
		snprintf(m->imaps_port, sizeof(m->imaps_port), "%d", peer_free_port());
	}
	if (geteuid() != 0)
		buf_addf(&users, "default_internal_user = %s\ndefault_login_user = %s\n", pw->pw_name, pw->pw_name);
	buf_addf(&conf, dovecot, f, f, f, f, f, f, buf_str(&users), f, pw->pw_name, (long)pw->pw_gid, f,
	    m->imap_port, m->imaps_port);
	put_file(f, "dovecot.conf", conf.data, conf.len, 0644);
	put_file(f, "users", "lapor:{PLAIN}" IMAP_PASSWORD "\n", strlen("lapor:{PLAIN}" IMAP_PASSWORD "\n"), 0644);
	snprintf(argument, sizeof(argument), "%s/dovecot.conf", f);
	buf_addf(&log, "%s/dovecot.err", f);
	peer_start(&m->dovecot, argv, buf_str(&log));
	wait_port(m->imaps_port);
	buf_release(&conf);
	buf_release(&log);
	buf_release(&users);
}

/* ---- the Maildir ---- */

static void
deliver(struct mailers *m, const void *bytes, size_t len, unsigned mode, char name[32])
{
	const struct passwd *pw = owner();
	struct buf tmp = { 0 }, new = { 0 };

	/* tests are processes of their own that count from the same number */
	snprintf(name, 32, "uji%d.%06d", (int)getpid(), ++m->delivered);
	buf_addf(&tmp, "%s/mail/lapor/tmp/%s", m->folder, name);
	buf_addf(&new, "%s/mail/lapor/new/%s", m->folder, name);
	ck_assert_int_eq(file_write(buf_str(&tmp), bytes, len, mode), 0);
	ck_assert_int_eq(chown(buf_str(&tmp), pw->pw_uid, pw->pw_gid), 0);
	ck_assert_int_eq(rename(buf_str(&tmp), buf_str(&new)), 0);
	buf_release(&tmp);
	buf_release(&new);
}

void
mailers_deliver(struct mailers *m, const void *bytes, size_t len, char name[32])
{
	deliver(m, bytes, len, 0600, name);
}

void
mailers_deliver_closed(struct mailers *m, const void *bytes, size_t len, char name[32])
{
	deliver(m, bytes, len, 0, name);
}

int
mailers_flags(const struct mailers *m, const char *name, char out[16])
{
	static const char *const folders[] = { "new", "cur" };
	int found = -1;

	for (int i = 0; i < 2 && found < 0; i++) {
		struct buf path = { 0 };
		const struct dirent *e;
		DIR *d;

		buf_addf(&path, "%s/mail/lapor/%s", m->folder, folders[i]);
		d = opendir(buf_str(&path));
		ck_assert_ptr_nonnull(d);
		while ((e = readdir(d)) != NULL)
			if (strncmp(e->d_name, name, strlen(name)) == 0) {
				const char *flags = strstr(e->d_name, ":2,");

				snprintf(out, 16, "%.15s", flags != NULL ? flags + 3 : "");
				found = 0;
			}
		closedir(d);
		buf_release(&path);
	}
	return found;
}
