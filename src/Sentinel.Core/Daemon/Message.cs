using Sentinel.Core.Supervision;

namespace Sentinel.Core.Daemon;

/// <summary>What a command and a daemon say to each other; <see cref="Protocol"/> is how.</summary>
public abstract record Message
{
    private Message()
    {
    }

    /// <summary>A command's: do this.</summary>
    public sealed record Ask(Request Request) : Message;

    /// <summary>A command's: say how you are.</summary>
    public sealed record Describe : Message;

    /// <summary>A command's: say what you see of all processes.</summary>
    public sealed record See : Message;

    /// <summary>The daemon's: it goes on; said once a second until another reply comes.</summary>
    public sealed record Working : Message;

    /// <summary>The daemon's reply to <see cref="Ask"/>.</summary>
    public sealed record Done(IReadOnlyList<Outcome> Outcomes, IReadOnlyList<string> Warnings) : Message;

    /// <summary>The daemon's reply to <see cref="Describe"/>.</summary>
    public sealed record Described(DaemonStatus Status) : Message;

    /// <summary>The daemon's reply to <see cref="See"/>.</summary>
    public sealed record Seen(IReadOnlyList<ProcessView> Processes) : Message;

    /// <summary>The daemon's: that could not be done at all, and why.</summary>
    public sealed record Refused(string Why) : Message;
}
