namespace Sentinel.Model.Specs;

/// <summary>What is run, or told to a server, when something happens.</summary>
/// <param name="Name">Unique among hooks; follows the rule of <see cref="ProcessName"/>.</param>
/// <param name="On">The words of events.</param>
/// <param name="WorkingDirectory">Where its command runs: an absolute path.</param>
public sealed record Hook(string Name, IReadOnlyList<string> On, string WorkingDirectory)
{
    public const int MostHooks = 100;

    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Names of processes, sets, groups or projects; empty: those of all.</summary>
    public IReadOnlyList<string> Processes { get; init; } = [];

    /// <summary>Null: it is a webhook.</summary>
    public Command? Command { get; init; }

    /// <summary>A URL that gets the event by POST; null: a command is run.</summary>
    public string? Webhook { get; init; }

    /// <summary>Of a webhook, by their names: where their values come from.</summary>
    public IReadOnlyList<(string Name, Secret Value)> Headers { get; init; } = [];

    /// <summary>How long a command, or a try of a webhook, may take.</summary>
    public TimeSpan Timeout { get; init; } = DefaultTimeout;

    /// <summary>The number of the last event that happened before there was this hook.</summary>
    public long After { get; init; }

    /// <summary>What it does, for people.</summary>
    public string Target => Webhook ?? Command!.Text;
}
