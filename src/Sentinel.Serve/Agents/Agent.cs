using System.Globalization;
using Sentinel.Api;

namespace Sentinel.Serve.Agents;

/// <summary>An agent that uses the tools: what it runs is its own, and ends with it.</summary>
/// <param name="folder">Where it works, unless it says otherwise; null: it has to say.</param>
/// <param name="until">What it runs ends with this process; null: only when its time is over.</param>
internal sealed class Agent(string? folder, int? until)
{
    private const string LongestRun = "8h";
    private const int LongestName = 24;

    private readonly string _key = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(2));
    private readonly HashSet<int> _kept = [];
    private string _client = "agent";

    /// <summary>What it runs belongs to this session.</summary>
    public string Session => $"mcp-{_client}-{_key}";

    public string? Folder => folder;

    /// <summary>The options that make what is run end with it.</summary>
    public IEnumerable<string> Lease =>
        [$"--session={Session}", $"--ttl={LongestRun}", .. until is { } pid ? [string.Create(CultureInfo.InvariantCulture, $"--until={pid}")] : Array.Empty<string>()];

    /// <summary>Notes the name by which the client calls itself.</summary>
    public void IsCalled(string? client)
    {
        var name = string.Concat((client ?? "").ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-')).Trim('-');
        if (name.Length > 0)
            _client = name[..Math.Min(name.Length, LongestName)].TrimEnd('-');
    }

    /// <summary>Notes that it runs something that is to stay when it goes.</summary>
    public void Keeps(int id)
    {
        lock (_kept)
            _kept.Add(id);
    }

    public bool Runs(ProcessInfo process)
    {
        lock (_kept)
            return process.Lease?.Session == Session || _kept.Contains(process.Id);
    }

    /// <summary>Whose a process is, in words.</summary>
    /// <param name="project">The project that the agent works on; null: none.</param>
    public string OwnerOf(ProcessInfo process, string? project) =>
        Runs(process) ? "you"
        : process.Lease?.Session is { } other ? $"session {other}"
        : project is not null && process.Group == project ? "project"
        : "user";

    /// <summary>Whether it may end a process, or change it, without saying that it wants to all the same.</summary>
    /// <inheritdoc cref="OwnerOf" path="/param"/>
    public bool MayTouch(ProcessInfo process, string? project) => Runs(process) || (project is not null && process.Group == project);
}
