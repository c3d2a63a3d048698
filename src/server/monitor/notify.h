/* SPDX-License-Identifier: ISC */
/* Tells systemd how the service is (sd_notify(3)), when systemd asked for it by NOTIFY_SOCKET. Run by the monitor. */
#ifndef SERVER_MONITOR_NOTIFY_H
#define SERVER_MONITOR_NOTIFY_H

/* "READY=1", "RELOADING=1", "STOPPING=1". */
void notify_tell(const char *state);

#endif
