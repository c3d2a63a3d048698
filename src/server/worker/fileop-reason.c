/* SPDX-License-Identifier: ISC */
#include "server/worker/fileop.h"

#include <errno.h>

static const struct fileop_reason reasons[] = {
    {ENOENT, 550, "there is no such file or directory"},
    {EACCES, 550, "the permissions on the server do not allow it"},
    {EPERM, 550, "the server's file system does not allow it"},
    {EEXIST, 550, "it exists already"},
    {ENOTDIR, 550, "it, or a part of it, is not a directory"},
    {EISDIR, 550, "it is a directory"},
    {ENOTEMPTY, 550, "the directory is not empty"},
    {ENXIO, 550, "it is not a plain file or directory"},
    {ELOOP, 550, "too many symbolic links"},
    {EXDEV, 550, "source and target are on different file systems; copy instead"},
    {EROFS, 550, "the server's file system is read-only"},
    {EINVAL, 553, "this name cannot be used here"},
    {EILSEQ, 553, "the server's file system does not take this name"},
    {ENAMETOOLONG, 553, "the name is too long"},
    {ENOSPC, 452, "the server's disk is full"},
    {EDQUOT, 552, "the storage quota is used up"},
    {EFBIG, 552, "the file is larger than the server allows"},
    {EMLINK, 550, "the directory holds as many directories as it can"},
    {EBUSY, 550, "the server needs it where it is"},
    {EAGAIN, 450, "it is in use; try again"},
    {ETXTBSY, 450, "it is a program that runs on the server"},
    {ESTALE, 450, "it changed on the server meanwhile; try again"},
    {ECANCELED, 426, "it was cancelled"},
    {EMFILE, 451, "the server has too many files open; try again later"},
    {ENFILE, 451, "the server has too many files open; try again later"},
    {ENOMEM, 451, "the server has no memory left; try again later"},
    {E2BIG, 451, "more names match than the server lists; use a narrower pattern"},
    {EIO, 451, "the server's disk reports an error"},
};

static const struct fileop_reason other = {0, 451, "the server's system refused it"};

const struct fileop_reason *
fileop_reason(int error)
{
	int positive = error < 0 ? -error : error;

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (reasons[i].error == positive)
			return &reasons[i];
	return &other;
}
