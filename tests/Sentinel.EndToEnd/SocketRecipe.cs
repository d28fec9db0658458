using System.Globalization;
using System.Text.RegularExpressions;

namespace Sentinel.EndToEnd;

/// <summary>
/// A section of docs/socket-recipes.md: the files that it shows and the lines that it has people type, with other ports than the page's.
/// </summary>
internal sealed partial class SocketRecipe
{
    private static readonly string Page = File.ReadAllText(
        Path.Combine(Path.GetDirectoryName(SentinelHome.Binary)!, "..", "..", "docs", "socket-recipes.md"));

    private readonly string _section;
    private readonly IReadOnlyDictionary<string, string> _ports;

    private SocketRecipe(string section, IReadOnlyDictionary<string, string> ports) => (_section, _ports) = (section, ports);

    /// <summary>The section that starts the process of a name.</summary>
    /// <param name="home">Where free ports are asked for: neighbours on the page are neighbours here.</param>
    public static async Task<SocketRecipe> Of(string name, SentinelHome home)
    {
        var section = Page.Split("\n## ").Single(each => each.Contains($" --name {name} "));
        var shown = PortNumber().Matches(section).Select(match => int.Parse(match.Value, CultureInfo.InvariantCulture)).Distinct().Order().ToArray();
        var first = await FreePorts(home, shown[^1] - shown[0] + 1);
        return new SocketRecipe(section, shown.ToDictionary(port => $"{port}", port => $"{first + port - shown[0]}"));
    }

    /// <summary>What a file has in it whose name is in its first line, and what people type.</summary>
    public void WriteFiles(string folder)
    {
        foreach (Match file in ShownFile().Matches(_section))
            File.WriteAllText(Path.Combine(folder, file.Groups["name"].Value), WithPorts(file.Groups["text"].Value));
    }

    /// <summary>The lines with a prompt of which this is a part, in their order.</summary>
    public IEnumerable<string> Lines(string with) =>
        TypedLine().Matches(_section).Select(match => WithPorts(match.Groups[1].Value)).Where(line => line.Contains(with));

    public string Line(string with) => Lines(with).Single();

    /// <summary>Where a process of the section has its socket.</summary>
    public int PortOf(string name) => int.Parse(SocketPort().Match(Line($" --name {name} ")).Groups[1].Value, CultureInfo.InvariantCulture);

    private string WithPorts(string text) => PortNumber().Replace(text, match => _ports[match.Value]);

    // Next to each other. What others take meanwhile is another try.
    private static async Task<int> FreePorts(SentinelHome home, int count)
    {
        while (true)
        {
            var first = int.Parse(await PortTests.FreePort(home), CultureInfo.InvariantCulture);
            var areFree = true;
            for (var port = first + 1; port < first + count; port++)
                areFree &= (await home.Run("port", "allocate", $"{port}", "--name", $"port-{port}")).ExitCode == 0;
            foreach (var port in await home.Ports())
                (await home.Run("port", "free", port.Name)).Ok();
            if (areFree)
                return first;
        }
    }

    [GeneratedRegex(@"\b80[89]\d\b")]
    private static partial Regex PortNumber();

    [GeneratedRegex(@"^```\w+\n(?<text>(?:#|//|<!--) (?<name>[\w.]+\.\w+)(?: -->)?\n.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ShownFile();

    [GeneratedRegex(@"^\$ (.+)$", RegexOptions.Multiline)]
    private static partial Regex TypedLine();

    [GeneratedRegex(@" --socket 127\.0\.0\.1:(\d+) ")]
    private static partial Regex SocketPort();
}
