namespace Sentinel.Commands;

/// <summary>What help shows at the end of a page: lines that can be typed as they are, with names of one's own.</summary>
internal static class Examples
{
    /// <param name="command">Without <c>sentinel</c>, as in <c>group create</c>; empty: the whole.</param>
    public static IReadOnlyList<string> Of(string command) => command switch
    {
        "" =>
        [
            "sentinel run \"python3 -m http.server 8000\" --name web --restart",
            "sentinel list",
            "sentinel logs web --follow",
            "sentinel why web",
            "sentinel stop web",
        ],
        "run" =>
        [
            "sentinel run \"python3 server.py\" --name api --restart",
            "sentinel run --name web --port http -- npm run dev",
            "sentinel run --name db --ready-tcp 127.0.0.1:5432 --wait -- postgres -D data",
        ],
        "list" => ["sentinel list", "sentinel list --watch --state running,unhealthy", "sentinel list --columns id,name,ports,command", "sentinel list --json"],
        "status" => ["sentinel status web"],
        "logs" => ["sentinel logs web --lines 100", "sentinel logs --follow", "sentinel logs web --grep error --since 1h"],
        "logs rotate" => ["sentinel logs rotate web"],
        "events" => ["sentinel events --lines 20", "sentinel events web --follow"],
        "why" => ["sentinel why web"],
        "wait" => ["sentinel wait job", "sentinel wait web --for running --timeout 30"],
        "scale" => ["sentinel scale worker 4"],
        "set" => ["sentinel set web --restart", "sentinel set web --max-memory 500M --nice 5", "sentinel set web --unset max-memory"],
        "group" => ["sentinel group create shop --env MODE=test", "sentinel group stop shop"],
        "group create" => ["sentinel group create shop --env MODE=test --env-file .env"],
        "group set" => ["sentinel group set shop --env MODE=live"],
        "group add" => ["sentinel group add shop web worker"],
        "group remove" => ["sentinel group remove shop worker"],
        "group list" => ["sentinel group list", "sentinel group list shop"],
        "group delete" => ["sentinel group delete shop", "sentinel group delete shop --with-processes"],
        "group start" => ["sentinel group start shop"],
        "group stop" => ["sentinel group stop shop"],
        "group restart" => ["sentinel group restart shop"],
        "port" => ["sentinel port allocate --name http", "sentinel port list"],
        "port allocate" => ["sentinel port allocate", "sentinel port allocate 8080 --name http"],
        "port list" => ["sentinel port list"],
        "port get" => ["curl http://127.0.0.1:$(sentinel port get web)", "sentinel port get web http"],
        "port free" => ["sentinel port free 8080", "sentinel port free http"],
        "env" => ["sentinel env web", "sentinel env web --all --reveal"],
        "gc" => ["sentinel gc --dry-run", "sentinel gc --session build-42"],
        "doctor" => ["sentinel doctor"],
        "completion" => ["source <(sentinel completion bash)", "sentinel completion fish > ~/.config/fish/completions/sentinel.fish"],
        "daemon" => ["sentinel daemon start", "sentinel daemon status"],
        "daemon start" => ["sentinel daemon start"],
        "daemon stop" => ["sentinel daemon stop", "sentinel daemon stop --with-processes"],
        "daemon status" => ["sentinel daemon status"],
        "daemon restart" => ["sentinel daemon restart"],
        "daemon run" => ["sentinel daemon run"],
        "startup" => ["sentinel startup systemd --install", "sentinel startup cron"],
        "startup systemd" => ["sentinel startup systemd", "sentinel startup systemd --install"],
        "startup openrc" => ["sentinel startup openrc"],
        "startup launchd" => ["sentinel startup launchd"],
        "startup cron" => ["sentinel startup cron"],
        "probe" => ["sentinel probe http://127.0.0.1:8000/health"],
        "start" => ["sentinel start web", "sentinel start web worker"],
        "stop" => ["sentinel stop web", "sentinel stop web --timeout 30"],
        "restart" => ["sentinel restart web", "sentinel restart web --rolling"],
        "delete" => ["sentinel delete web", "sentinel delete web --logs"],
        "reset" => ["sentinel reset web"],
        "startall" => ["sentinel startall"],
        "stopall" => ["sentinel stopall"],
        "restartall" => ["sentinel restartall"],
        "clean" => ["sentinel clean", "sentinel clean --logs"],
        _ => [],
    };
}
