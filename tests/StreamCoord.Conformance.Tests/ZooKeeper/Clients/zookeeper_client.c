/* A user of ZooKeeper's C client: "all" does one of everything; "hold" makes an ephemeral znode and stays; "leave" makes one and goes without a word;
 * "resume" takes over the session that was left. Every line on standard output is a step that went as it should; the first that does not ends it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <pthread.h>
#include <zookeeper/zookeeper.h>

#define WAIT_SECONDS 60

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int state;
static int event_type;
static char event_path[256];

static void fail(const char *what, int code)
{
    fprintf(stderr, "%s: %d (%s)\n", what, code, zerror(code));
    exit(1);
}

static void step(const char *what, int code, int expected)
{
    if (code != expected)
        fail(what, code);
    printf("%s\n", what);
    fflush(stdout);
}

static void watch(zhandle_t *zh, int type, int new_state, const char *path, void *context)
{
    pthread_mutex_lock(&lock);
    if (type == ZOO_SESSION_EVENT) {
        state = new_state;
    } else {
        event_type = type;
        snprintf(event_path, sizeof event_path, "%s", path);
    }
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static struct timespec deadline(void)
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += WAIT_SECONDS;
    return end;
}

static void await_state(int wanted)
{
    struct timespec end = deadline();
    pthread_mutex_lock(&lock);
    while (state != wanted)
        if (pthread_cond_timedwait(&changed, &lock, &end))
            fail("waiting for a state", state);
    pthread_mutex_unlock(&lock);
}

static void await_event(const char *what, int type, const char *path)
{
    struct timespec end = deadline();
    pthread_mutex_lock(&lock);
    while (event_type != type || strcmp(event_path, path))
        if (pthread_cond_timedwait(&changed, &lock, &end))
            fail(what, event_type);
    event_type = 0;
    pthread_mutex_unlock(&lock);
    step(what, 0, 0);
}

static zhandle_t *connect_to(const char *hosts, const clientid_t *id)
{
    zhandle_t *zh = zookeeper_init(hosts, watch, 5000, id, NULL, 0);
    if (!zh)
        fail("zookeeper_init", 0);
    await_state(ZOO_CONNECTED_STATE);
    step("connected", 0, 0);
    return zh;
}

static void do_all(zhandle_t *zh, const char *root)
{
    char a[256], path[256], data[64];
    struct Stat stat;
    struct String_vector children;
    struct ACL_vector acl;
    int length = sizeof data;

    snprintf(a, sizeof a, "%s/a", root);
    step("create the root", zoo_create(zh, root, "", 0, &ZOO_OPEN_ACL_UNSAFE, 0, NULL, 0), ZOK);
    step("watch what is not there", zoo_wexists(zh, a, watch, NULL, &stat), ZNONODE);
    step("create", zoo_create2(zh, a, "one", 3, &ZOO_OPEN_ACL_UNSAFE, 0, path, sizeof path, &stat), ZOK);
    step("the path", strcmp(path, a), 0);
    await_event("told of a creation", ZOO_CREATED_EVENT, a);
    step("create again", zoo_create(zh, a, "", 0, &ZOO_OPEN_ACL_UNSAFE, 0, NULL, 0), ZNODEEXISTS);
    step("get", zoo_wget(zh, a, watch, NULL, data, &length, &stat), ZOK);
    step("the data", length == 3 && !memcmp(data, "one", 3), 1);
    step("set", zoo_set2(zh, a, "two!", 4, 0, &stat), ZOK);
    step("the version", stat.version, 1);
    await_event("told of a change", ZOO_CHANGED_EVENT, a);
    step("set an old version", zoo_set(zh, a, "x", 1, 0), ZBADVERSION);
    step("watch children", zoo_wget_children2(zh, a, watch, NULL, &children, &stat), ZOK);
    step("no children", children.count, 0);
    deallocate_String_vector(&children);
    snprintf(path, sizeof path, "%s/s-", a);
    step("create a sequential one", zoo_create(zh, path, NULL, -1, &ZOO_OPEN_ACL_UNSAFE, ZOO_SEQUENCE | ZOO_EPHEMERAL, path, sizeof path), ZOK);
    step("its number", strcmp(path + strlen(a), "/s-0000000000"), 0);
    await_event("told of a child", ZOO_CHILD_EVENT, a);
    length = sizeof data;
    step("get no data", zoo_get(zh, path, 0, data, &length, &stat), ZOK);
    step("the data is null", length, -1);
    step("delete what has children", zoo_delete(zh, a, -1), ZNOTEMPTY);
    step("get the list", zoo_get_acl(zh, a, &acl, &stat), ZOK);
    step("open to all", acl.count == 1 && acl.data[0].perms == ZOO_PERM_ALL, 1);
    step("set a list", zoo_set_acl(zh, a, 0, &ZOO_READ_ACL_UNSAFE), ZOK);
    step("not allowed", zoo_set(zh, a, "x", 1, -1), ZNOAUTH);
    deallocate_ACL_vector(&acl);

    zoo_op_t ops[4];
    zoo_op_result_t results[4];
    char made[256], b[256];
    snprintf(b, sizeof b, "%s/b", root);
    zoo_create_op_init(&ops[0], b, "x", 1, &ZOO_OPEN_ACL_UNSAFE, 0, made, sizeof made);
    zoo_set_op_init(&ops[1], b, "y", 1, 0, &stat);
    zoo_check_op_init(&ops[2], b, 1);
    zoo_delete_op_init(&ops[3], b, 1);
    step("several at once", zoo_multi(zh, 4, ops, results), ZOK);
    step("all or nothing", (zoo_check_op_init(&ops[2], b, 9), zoo_multi(zh, 4, ops, results)), ZBADVERSION);
    step("nothing", zoo_exists(zh, b, 0, &stat), ZNONODE);
    step("add a watch", zoo_wexists(zh, b, watch, NULL, &stat), ZNONODE);
    step("remove it", zoo_remove_watches(zh, b, ZWATCHTYPE_DATA, watch, NULL, 0), ZOK);
    step("it is gone", zoo_remove_watches(zh, b, ZWATCHTYPE_DATA, watch, NULL, 0), ZNOWATCHER);
    step("close", zookeeper_close(zh), ZOK);
}

int main(int argc, char **argv)
{
    const char *hosts = argv[1], *action = argv[2], *path = argv[3];
    struct Stat stat;
    clientid_t id;

    zoo_set_debug_level(ZOO_LOG_LEVEL_ERROR);
    memset(&id, 0, sizeof id);
    if (!strcmp(action, "resume")) {
        id.client_id = strtoll(argv[4], NULL, 16);
        for (int i = 0; i < 16; i++) {
            unsigned byte;
            sscanf(argv[5] + 2 * i, "%2x", &byte);
            id.passwd[i] = (char)byte;
        }
    }
    zhandle_t *zh = connect_to(hosts, id.client_id ? &id : NULL);
    if (!strcmp(action, "all")) {
        do_all(zh, path);
        return 0;
    }
    if (!strcmp(action, "resume")) {
        step("its znode", zoo_exists(zh, path, 0, &stat), ZOK);
        step("its own", stat.ephemeralOwner == id.client_id && zoo_client_id(zh)->client_id == id.client_id, 1);
        step("close", zookeeper_close(zh), ZOK);
        return 0;
    }
    step("create", zoo_create(zh, path, "", 0, &ZOO_OPEN_ACL_UNSAFE, ZOO_EPHEMERAL, NULL, 0), ZOK);
    id = *zoo_client_id(zh);
    printf("%llx ", (unsigned long long)id.client_id);
    for (int i = 0; i < 16; i++)
        printf("%02x", (unsigned char)id.passwd[i]);
    printf("\n");
    fflush(stdout);
    if (!strcmp(action, "hold"))
        while (1)
            pause();
    _exit(0);
}
