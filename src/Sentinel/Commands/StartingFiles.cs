namespace Sentinel.Commands;

/// <summary>What <c>init</c> writes.</summary>
internal static class StartingFiles
{
    public const string Project = """
        # The processes of this project. 'sentinel check' tells what is wrong in this file,
        # 'sentinel config' what holds for each process, 'sentinel schema' the schema for your editor.
        # Keys are the options of 'sentinel run'. Times are seconds, or "90s", "2h".

        # name = "shop"                          # default: the name of this folder
        # env-file = ["?.env"]                   # for all processes; ? in front: it may be missing
        # env = { LOG_LEVEL = "info" }

        [defaults]                               # for each process, unless it has its own
        restart = "on-failure"                   # false, true, "on-failure"

        [process.web]
        run = "python3 -m http.server $PORT"     # a line, as for a shell; a list of words is executed as it is
        port = "8000+"                           # 8000 or the next that is free; 8000: only that; "auto": any
        ready-http = "http://localhost:$PORT/"
        # cwd = "web"                            # paths are relative to this file
        # stop-timeout = 10
        # needs = "migrate"                      # starts when that is done

        # [process.migrate]
        # type = "task"                          # runs to its end
        # run = ["./manage", "migrate"]

        # sentinel.local.toml beside this file, which you do not commit, is merged over it:
        # [process.web]
        # unset = ["ready-http"]

        """;

    public const string AgentsTitle = "## Processes run under Sentinel";

    public const string Agents = $"""
        {AgentsTitle}
        - `sentinel.toml` describes them; `sentinel check` tells what is wrong in it, `sentinel config NAME` what holds for one.
        - `sentinel list --json` shows what runs, `sentinel why NAME` why one ended, `sentinel logs NAME --lines 100` what it wrote.
        - After a change: `sentinel restart NAME --wait`. Start no second copy, and end none with kill.
        - `sentinel port get NAME` prints the port of one; do not guess it.
        - What only you need, start with `sentinel run --ttl 2h -- COMMAND`: it ends by itself.

        """;
}
