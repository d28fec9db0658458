using System.CommandLine;
using System.Globalization;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;

namespace Sentinel.Commands;

/// <summary>How long a process that <c>run</c> starts may live.</summary>
internal sealed class LeaseOptionSet
{
    private readonly Option<TimeSpan?> _time = new("--ttl")
    {
        Description = "Stop it after this long: 90s, 30m, 2h, 1d [default: never]",
        HelpName = "time",
        CustomParser = result =>
        {
            if (Duration.Parse(result.Tokens[0].Value) is { } time && time > TimeSpan.Zero)
                return time;
            result.AddError($"--ttl takes how long (90s, 30m, 2h, 1d), not '{result.Tokens[0].Value}'");
            return null;
        },
    };

    private readonly Option<int?> _owner = new("--until")
    {
        Description = "Stop it when this process ends: $$ is this shell, and $PPID the process that started this shell",
        HelpName = "pid",
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 0)
            {
                if (pid == Environment.ProcessId)
                    result.AddError($"--until {pid} is this command itself: the shell has replaced itself with it, as it does for its last command; use $PPID");
                return pid;
            }

            result.AddError($"--until takes the pid of a process, not '{result.Tokens[0].Value}'");
            return null;
        },
    };

    private readonly Option<string?> _session = Session("Session that it belongs to; 'gc --session' ends all processes of a session");

    public static Option<string?> Session(string description) => new("--session") { Description = description, HelpName = "id" };

    /// <exception cref="FormatException">It cannot be a session.</exception>
    public static void CheckSession(string? session)
    {
        if (session is not null && !Lease.IsSession(session))
            throw new FormatException($"'{session}' cannot be a session: {Lease.SessionRule}");
    }

    public void AddTo(System.CommandLine.Command command)
    {
        foreach (var option in new Option[] { _time, _owner, _session })
            command.Options.Add(option);
        command.Check(result => CheckSession(result.GetValue(_session)));
    }

    /// <summary>The process whose end is to end it; null: none.</summary>
    public int? OwnerIn(ParseResult result) => result.GetValue(_owner);

    /// <param name="owner">The process that <see cref="OwnerIn"/> names.</param>
    public ProcessSpec In(ParseResult result, ProcessSpec spec, Owner? owner, DateTimeOffset now)
    {
        var before = spec.Lease ?? new Lease();
        var lease = new Lease
        {
            Term = result.GetValue(_time) is { } length ? Term.From(now, length) : before.Term,
            Owner = owner ?? before.Owner,
            Session = result.GetValue(_session) ?? before.Session,
        };
        return lease == new Lease() ? spec : spec with { Lease = lease };
    }
}
