using System.Globalization;

namespace Sentinel.Core.Imports;

/// <summary>A file of pm2: its ecosystem file, <c>process.json</c>, or <c>pm2</c> in <c>package.json</c>.</summary>
internal static class Pm2
{
    private const string OwnLogs = "sentinel keeps the logs itself";
    private const string OfNode = "nothing that sentinel does in a program; write it into the command";

    private static readonly Dictionary<string, string> Whys = new()
    {
        ["watch"] = Notes.Watching,
        ["ignore_watch"] = Notes.Watching,
        ["watch_delay"] = Notes.Watching,
        ["watch_options"] = Notes.Watching,
        ["post_update"] = "sentinel updates no sources",
        ["out_file"] = OwnLogs,
        ["error_file"] = OwnLogs,
        ["output"] = OwnLogs,
        ["error"] = OwnLogs,
        ["log_file"] = OwnLogs,
        ["log"] = OwnLogs,
        ["log_type"] = OwnLogs,
        ["log_date_format"] = "logs keep the time of each line; 'logs --timestamps' shows it",
        ["time"] = "logs keep the time of each line; 'logs --timestamps' shows it",
        ["merge_logs"] = OwnLogs,
        ["combine_logs"] = OwnLogs,
        ["source_map_support"] = OfNode,
        ["disable_source_map_support"] = OfNode,
        ["increment_var"] = "each instance has its number in SENTINEL_INSTANCE, from 1 up",
        ["instance_var"] = "each instance has its number in SENTINEL_INSTANCE, from 1 up",
        ["listen_timeout"] = "it belongs to wait_ready",
        ["exp_backoff_restart_delay"] = "the delays grow anyway: 0.5 s, 1 s, ... 30 s",
        ["min_uptime"] = "a run of less than 10 s counts as short",
    };

    private static readonly Dictionary<string, string> FileWhys = new() { ["deploy"] = "sentinel does not deploy; do that before it starts anything" };

    public static void Map(Source source, Node node, string path = "")
    {
        // A file may be one process, a list of them, or a table with the list.
        var value = new Value(node, path, source.Notes);
        if (value.IsTable && (((Node.Table)node).Find("apps") is not null || ((Node.Table)node).Find("deploy") is not null))
            value = value.Keys(FileWhys)!.Take("apps") ?? new Value(new Node.List(node.Place, []), path, source.Notes);
        foreach (var (app, index) in value.Items.Select((app, index) => (app, index)))
            if (app.Keys(Whys) is { } keys)
                Add(source, app, keys, index);
    }

    private static void Add(Source source, Value app, Keys keys, int index)
    {
        var words = Pm2Command.Words(keys);
        if (words.Count == 0)
        {
            app.Tell("it has no script");
            keys.IgnoreRest();
            return;
        }

        var script = Path.GetFileNameWithoutExtension(keys.Text("script") ?? "");
        var name = keys.Text("name") is { Length: > 0 } given ? given : script.Length > 0 ? script : $"process-{index + 1}";
        var draft = source.Drafts.Add(name, app);
        if (words is [var line])
            draft.Run(app, line);
        else
            draft.RunExactly(app, words, null);
        draft.Take(keys, "cwd", "cwd");
        if (keys.Take("namespace") is { } group && group.Text() is { } named && named != "default")
            group.Tell(Notes.NoGroups);
        Environment(source, draft, keys);
        Instances(draft, keys);
        Restart(draft, keys);
        foreach (var key in (string[])["uid", "user"])
            if (keys.Take(key) is { } user && user.Text() is { } id)
                draft.Give(user, "user", keys.Text("gid") is { } own ? $"{id}:{own}" : id);
        foreach (var key in (string[])["pid_file", "pid"])
            if (keys.Take(key) is { } file)
                file.Tell("pm2 writes its pid there; 'sentinel status' shows it");
        if (keys.Take("wait_ready") is { } ready && ready.Flag() == true)
            ready.Tell("process.send('ready') is not seen; say READY=1 to NOTIFY_SOCKET and give it ready-notify");
    }

    private static void Environment(Source source, Draft draft, Keys keys)
    {
        draft.Take(keys, "env_file", "env-file");
        if (keys.Take("env") is { } common)
            Take(common);
        foreach (var (key, value) in keys.Those("env_"))
            if (key == $"env_{source.Options.Environment}")
                Take(value);
            else
                value.Tell($"only with --env {key["env_".Length..]}");

        void Take(Value variables) => Variables.Take(draft, variables, text => text.Replace("${", @"\${"));
    }

    private static void Instances(Draft draft, Keys keys)
    {
        var isCluster = keys.Take("exec_mode") is { } mode && mode.Text()?.StartsWith("cluster", StringComparison.Ordinal) == true;
        if (keys.Take("instances") is { } instances && instances.Text() is { } text)
        {
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count) && count > 0)
                draft.Instances(instances, count);
            else
                instances.Tell("sentinel does not count CPUs; write a number as instances");
        }

        if (isCluster)
            keys.Take("exec_mode")!.Tell("instances do not share a port by themselves; with 'socket' they share a socket, which the server takes as descriptor 3");
    }

    private static void Restart(Draft draft, Keys keys)
    {
        var auto = keys.Take("autorestart");
        var codes = keys.Take("stop_exit_codes");
        // It is what pm2 does unless told otherwise.
        var isRestarted = auto?.Flag() != false;
        draft.Give(auto ?? new Value(new Node.Scalar(keys.Place, "", ScalarKind.Quoted), keys.Path, draft.Notes), "restart", isRestarted ? "always" : "no");
        if (codes is not null && isRestarted)
            draft.Give(codes, "no-restart-codes", string.Join(',', codes.Texts()));
        if (keys.Take("max_restarts") is { } most && most.Text() is { } count && isRestarted)
            draft.Give(most, "max-restarts", count);
        if ((keys.Take("cron_restart") ?? keys.Take("cron")) is { } cron && cron.Texts() is { Length: > 0 } times)
        {
            draft.Give(cron, "cron", times[0]);
            if (times.Length > 1)
                cron.Tell("a process has one schedule: the first is taken");
        }

        Milliseconds(draft, keys.Take("restart_delay"), "restart-delay");
        Milliseconds(draft, keys.Take("kill_timeout"), "stop-timeout");
        draft.Take(keys, "max_memory_restart", "max-memory");
        if (keys.Take("treekill") is { } tree && tree.Flag() == false)
            tree.Tell("all that a process started is ended with it");
        // Shows that a stop is meant to be by message.
        if (keys.Take("shutdown_with_message") is { } message && message.Flag() == true)
            message.Tell("a message to node is not sent; the signal is");
    }

    private static void Milliseconds(Draft draft, Value? value, string option)
    {
        if (value?.Number() is > 0 and var number)
            draft.Give(value, option, number / 1000);
    }
}
