using System.Text.RegularExpressions;

namespace Sentinel.Tests.Architecture;

/// <summary>The rooms of the house stand on each other: none uses a room above it. See docs/architecture.md.</summary>
public sealed partial class HouseTests
{
    // From the ground up. The compiler keeps the order of the projects, and nobody but this test that of their folders.
    private static readonly string[] Rooms =
    [
        "Sentinel.Model.Processes",
        "Sentinel.Model.Specs",
        "Sentinel.Model.Fields",
        "Sentinel.Model.Policy",
        "Sentinel.Model",
        "Sentinel.Api",
        "Sentinel.Api.Wire",
        "Sentinel.Core.Home",
        "Sentinel.Core.Host",
        "Sentinel.Core.Trees",
        "Sentinel.Core.Logs",
        "Sentinel.Core.Store",
        "Sentinel.Core.Environments",
        "Sentinel.Core.Imports",
        "Sentinel.Core.Checks",
        "Sentinel.Core.Watches",
        "Sentinel.Core.Supervision",
        "Sentinel.Core.Hooks",
        "Sentinel.Core.Projects",
        "Sentinel.Core.Diagnosis",
        "Sentinel.Core.Queries",
        "Sentinel.Core.Metrics",
        "Sentinel.Core.Keepers",
        "Sentinel.Core.Daemon",
        "Sentinel.Core.Startup",
        "Sentinel.Core.Exports",
        "Sentinel.Core.Engines",
        "Sentinel.Core.Images",
        "Sentinel.Linux.Native",
        "Sentinel.Linux.Files",
        "Sentinel.Linux.Groups",
        "Sentinel.Linux.Proc",
        "Sentinel.Linux.Loop",
        "Sentinel.Linux.Spawning",
        "Sentinel.Linux.Sockets",
        "Sentinel.Rendering",
        "Sentinel.Screen.Cells",
        "Sentinel.Screen.Keys",
        "Sentinel.Screen",
        "Sentinel.Screen.Views",
        "Sentinel.Wiring",
        "Sentinel.Hosts",
        "Sentinel.Top",
        "Sentinel.Engines",
        "Sentinel.Commands",
        "Sentinel.Serve",
        "Sentinel.Serve.Access",
        "Sentinel.Serve.Links",
        "Sentinel.Serve.Routes",
        "Sentinel.Serve.Agents",
        "Sentinel.Serve.Hosting",
    ];

    private static readonly string Source = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../src"));

    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(Source, "*.cs", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Source, file)).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_uses_only_rooms_below_its_own(string file)
    {
        var text = File.ReadAllText(Path.Combine(Source, file));
        if (Namespace().Match(text) is not { Success: true } own)
        {
            Assert.Equal("Program.cs", Path.GetFileName(file));
            return;
        }

        var room = own.Groups["room"].Value;
        Assert.Contains(room, Rooms);
        Assert.Equal(Path.GetDirectoryName(file)!.Replace('/', '.'), room);
        foreach (var used in Used().Matches(text).Select(match => match.Groups["room"].Value).Where(Rooms.Contains))
            Assert.True(Array.IndexOf(Rooms, used) <= Array.IndexOf(Rooms, room), $"{room} uses {used}, which is above it");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_is_one_idea_and_not_long(string file) => Assert.InRange(File.ReadAllLines(Path.Combine(Source, file)).Length, 1, 300);

    [GeneratedRegex(@"^namespace (?<room>Sentinel(\.\w+)*);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    // By a using directive, or by a name that says its room.
    [GeneratedRegex(@"\busing (\w+ = |static )?(?<room>Sentinel(\.\w+)*);|\b(?<room>Sentinel\.(Model|Api|Core|Linux)\.\w+)\.")]
    private static partial Regex Used();
}
