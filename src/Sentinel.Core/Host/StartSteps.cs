using Sentinel.Model.Specs;

namespace Sentinel.Core.Host;

/// <summary>
/// What a process does before its own command: a shell fetches its secrets, runs the command before it, and is then replaced. So these
/// have its tree, its user, its logs and its end, they go on even if the daemon is killed, and no secret passes through Sentinel.
/// </summary>
public static class StartSteps
{
    private const string Shell = "/bin/sh";

    // $1...: name, kind and source of each secret; an empty word; the command before, or an empty word; what is executed.
    private const string Script = """
        while [ -n "$1" ]; do
          case $2 in
            cmd) __sentinel=$(/bin/sh -c "$3") ;;
            home) __sentinel=$(cat "$HOME/$3") ;;
            *) __sentinel=$(cat "$3") ;;
          esac || { printf 'sentinel: the secret %s cannot be had from %s %s\n' "$1" "$2" "$3" >&2; exit 1; }
          export "$1=$__sentinel"
          shift 3
        done
        unset __sentinel
        if [ -n "$2" ]; then
          /bin/sh -c "$2" || { set -- "$?" "$2"; printf "sentinel: '%s', which runs before it, ended with code %s\n" "$2" "$1" >&2; exit "$1"; }
        fi
        shift 2
        exec "$@"
        """;

    private static readonly string[] Beginning = [Shell, "-c", Script];

    /// <summary>What is executed in place of a command.</summary>
    /// <param name="before">Null: nothing.</param>
    public static Command Around(Command command, IReadOnlyList<Secret> secrets, string? before) => secrets.Count == 0 && before is null ? command : command with
    {
        Arguments = [.. Beginning, "sentinel", .. secrets.SelectMany(Words), "", before ?? "", .. command.Arguments],
    };

    /// <summary>Whether a process that was started with steps has not come to its own command yet.</summary>
    public static bool AreUnderWay(IProcessTable table, int pid) => table.HasArguments(pid, Beginning);

    private static IEnumerable<string> Words(Secret secret) =>
        secret.IsCommand ? [secret.Name, "cmd", secret.Source]
        : secret.Source.StartsWith("~/", StringComparison.Ordinal) ? [secret.Name, "home", secret.Source[2..]]
        : [secret.Name, "file", secret.Source];
}
