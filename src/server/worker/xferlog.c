/* SPDX-License-Identifier: ISC */
#include "server/worker/xferlog.h"

#include "base/loop.h"
#include "server/worker/account.h"
#include "server/worker/outbound.h"

#include <time.h>

/* "Tue Nov 24 10:36:20 2026", UTC as all times of the log. */
static void
xferlog_put_time(struct buf *line)
{
	static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t now = time(NULL);
	struct tm t;
	gmtime_r(&now, &t);
	buf_printf(line, "%.3s %.3s %2d %02d:%02d:%02d %d", days + 3 * t.tm_wday, months + 3 * t.tm_mon, t.tm_mday, t.tm_hour, t.tm_min,
	    t.tm_sec, 1900 + t.tm_year);
}

/* Fields are separated by blanks. SECURITY: test_xferlog: no byte of a name may begin a field or a line. */
static void
xferlog_put_word(struct buf *line, struct slice word)
{
	for (size_t i = 0; i < word.len; i++) {
		unsigned char byte = (unsigned char)word.ptr[i];
		buf_put_char(line, byte <= ' ' || byte == 0x7f ? '_' : (char)byte);
	}
}

static void
xferlog_put_transfer(struct buf *line, const struct transfer *transfer)
{
	const struct account *account = transfer->client->account;
	bool is_ascii = transfer->client->session.type == SESSION_TYPE_ASCII;
	buf_printf(line, " %ju ", (uintmax_t)((loop_now_ms() - transfer->started_ms) / 1000));
	addr_put(line, &transfer->client->peer.addr);
	buf_printf(line, " %ju ", (uintmax_t)atomic_load(&transfer->bytes));
	xferlog_put_word(line, transfer_path(transfer));
	buf_printf(line, " %c _ %c %c ", is_ascii ? 'a' : 'b', transfer->kind->event == EV_READ ? 'i' : 'o', account->is_anonymous ? 'a' : 'r');
	xferlog_put_word(line, account->user);
	buf_printf(line, " ftp 0 * %c\n", transfer->result == TRANSFER_WHOLE ? 'c' : 'i');
}

void
xferlog_write(const struct transfer *transfer)
{
	struct role *role = &transfer->client->worker->role;
	if (!role->settings->xferlog[0] || transfer->kind == &outbound_listing || !transfer_is_begun(transfer))
		return;
	char storage[2 * TREE_PATH_MAX];
	struct buf line = BUF_OVER(storage);
	xferlog_put_time(&line);
	xferlog_put_transfer(&line, transfer);
	if (buf_is_whole(&line))
		log_pass(&role->log, &role->xferlog_outlet, buf_slice(&line));
}
