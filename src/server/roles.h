/* SPDX-License-Identifier: ISC */
/* `breakwater role NAME …`: how the monitor executes this binary in a role. Not for people. */
#ifndef SERVER_ROLES_H
#define SERVER_ROLES_H

/* argv[0] is the role's name. Returns the exit status; 2 for a name that is no role. */
int roles_main(int argc, char **argv);

/* The roles' entry points: argv[0] is the name, what follows is the role's own (worker: its index; gate: the listener of each descriptor). */
int gate_main(int argc, char **argv);
int auth_main(int argc, char **argv);
int dialer_main(int argc, char **argv);
int worker_main(int argc, char **argv);
int status_main(int argc, char **argv);
int inbox_main(int argc, char **argv);
int curator_main(int argc, char **argv);

#endif
