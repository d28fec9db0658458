using Sentinel.Model.Processes;

namespace Sentinel.Model.Specs;

/// <summary>Whose a process is, and for how long. One that has no lease stays until the user ends it.</summary>
public sealed record Lease
{
    public const string SessionRule = "a session has 1 to 64 characters and no control character";

    /// <summary>Null: for any time.</summary>
    public Term? Term { get; init; }

    /// <summary>Null: nobody's end ends it.</summary>
    public Owner? Owner { get; init; }

    /// <summary>What its caller calls the piece of work that it is for; all of one session are ended together.</summary>
    public string? Session { get; init; }

    /// <summary>Whether there will be a time when it is over, without anybody saying so.</summary>
    public bool Ends => Term is not null || Owner is not null;

    public static bool IsSession(string text) =>
        !string.IsNullOrWhiteSpace(text) && text.EnumerateRunes().Count() <= 64 && !text.Any(char.IsControl);

    /// <summary>Why it is over, as a sentence without its capital and full stop; null while it holds.</summary>
    public string? WhyOver(DateTimeOffset now, Func<ProcessIdentity, bool> isAlive) =>
        Owner is { } owner && !isAlive(owner.Identity) ? $"{owner} has ended"
        : Term is { } term && now >= term.Expires ? $"its time of {Duration.Words(term.Length)} is up"
        : null;

    /// <summary>The same with its whole time before it.</summary>
    public Lease Renewed(DateTimeOffset now) => Term is { } term ? this with { Term = Term.From(now, term.Length) } : this;
}

/// <summary>How long a process may go on, and until when that is.</summary>
public sealed record Term(TimeSpan Length, DateTimeOffset Expires)
{
    public static Term From(DateTimeOffset now, TimeSpan length) => new(length, now + length);
}

/// <summary>The process that another ends with: a shell, an editor, an agent.</summary>
/// <param name="Program">What it is called, for people; the identity alone says who it is.</param>
public sealed record Owner(ProcessIdentity Identity, string Program)
{
    public override string ToString() => $"{Program} (pid {Identity.Pid})";
}
