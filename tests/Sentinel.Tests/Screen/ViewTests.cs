using Sentinel.Screen;
using Sentinel.Screen.Cells;
using Sentinel.Screen.Views;

namespace Sentinel.Tests.Screen;

/// <summary>Screens as people see them, in Golden: read them. SENTINEL_GOLDEN=1 writes them anew.</summary>
public sealed class ViewTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "../../../../tests/Sentinel.Tests/Screen/Golden");

    private static readonly LogRow[] Log =
    [
        new("shop/api-2", false, Shop.Now.AddSeconds(-3), "\e[32mINFO\e[0m listening on 8080"),
        new("shop/api-10", true, Shop.Now.AddSeconds(-2), "HealthCheck db: timeout after 3000 ms while waiting for a connection from the pool of connections; retrying in a moment"),
        new(null, false, Shop.Now, "12:00:00", IsMark: true),
        new("shop/api-2", false, null, "日本語 wide, and a tab:      here"),
    ];

    public static TheoryData<string> Screens => [.. Scenes.Keys];

    private static readonly Dictionary<string, Func<Scene>> Scenes = new()
    {
        ["40x10"] = () => Shop.Scene(40, 10),
        ["40x10-logs"] = () => Shop.Scene(40, 10).After("l").Writing(Log),
        ["80x24"] = () => Shop.Scene(80, 24).WithUsualPane().Writing(Log),
        ["80x24-none"] = () => Shop.Scene(80, 24, []),
        ["80x24-looking"] = () => new Scene(new Size(80, 24)) { Source = new Source(4711) },
        ["80x24-marked-filtered"] = () => Shop.Scene(80, 24).After(" [Down] /e[Enter]"),
        ["80x24-nothing-matches"] = () => Shop.Scene(80, 24).After("/zzz[Enter]"),
        ["80x24-typing"] = () => Shop.Scene(80, 24).After("/api 日本"),
        ["80x24-question"] = () => Shop.Scene(80, 24).After(":clean[Enter]"),
        ["80x24-palette"] = () => Shop.Scene(80, 24).After(":sta[Down]"),
        ["80x24-columns"] = () => Shop.Scene(80, 24).After("cjjj"),
        ["80x24-help"] = () => Shop.Scene(80, 24).After("?"),
        ["80x24-failed"] = () => Shop.Scene(80, 24).Tell("Error: port 8080 is taken by node (pid 812)", isError: true),
        ["80x24-no-daemon"] = () => Shop.Scene(80, 24) with { Source = new Source(null, "daemon gone; shows what is written") },
        ["80x24-why"] = () => Shop.Scene(80, 24).After("w[Tab]").Saying("\e[1mmailer\e[0m (id: 6): \e[31mcrashed\e[0m since 12:00", "  mailer: error: authentication failed (535)"),
        ["80x24-wrapped"] = () => Shop.Scene(80, 24).After("ATW[Tab]").Writing(Log),
        ["80x24-folded"] = () => Shop.Scene(80, 24).After("jjj[Enter]"),
        ["120x30-1000"] = () => Shop.Scene(120, 30, Shop.Many(1000)).After("4jj"),
        ["200x60"] = () => Shop.Scene(200, 60).WithUsualPane().Writing(Log),
        ["250x100-all-columns"] = () => Shop.Scene(250, 100).After("cjjjjjjjjjj j j j j j [Enter]"),
        ["40x8-question"] = () => Shop.Scene(40, 8).After(":clean[Enter]"),
    };

    [Theory]
    [MemberData(nameof(Screens))]
    public void It_looks_so(string name)
    {
        var (file, drawn) = (Path.Combine(Folder, $"{name}.txt"), View.Draw(Scenes[name]()).ToString());
        if (Environment.GetEnvironmentVariable("SENTINEL_GOLDEN") is "1")
            File.WriteAllText(file, drawn);

        Assert.Equal(File.ReadAllText(file), drawn);
    }

    [Theory]
    [InlineData(40, "name, state")]
    [InlineData(60, "name, state, for, cpu, says")]
    [InlineData(80, "name, state, for, cpu, mem, restarts, port, says")]
    [InlineData(250, "name, state, for, cpu, cpu-trend, mem, mem-trend, restarts, port, says")]
    public void Columns_go_in_a_fixed_order(int columns, string shown) =>
        Assert.StartsWith(shown, string.Join(", ", ColumnLayout.Of(Shop.Scene(columns, 24)).Columns.Select(placed => placed.Column.Name)));

    // From the narrowest on.
    [Fact]
    public void A_wider_terminal_shows_no_column_less() => Assert.All(Enumerable.Range(40, 210), columns => Assert.Empty(Names(columns).Except(Names(columns + 1))));

    private static IEnumerable<string> Names(int columns) => ColumnLayout.Of(Shop.Scene(columns, 24)).Columns.Select(placed => placed.Column.Name);

    [Theory]
    [InlineData("xterm-256color", null, null, "en_US.UTF-8", "TwoHundredFiftySix True")]
    [InlineData("xterm", "truecolor", null, null, "True True")]
    [InlineData("xterm", null, null, "C", "Sixteen False")]
    [InlineData("screen", null, null, "", "Sixteen True")]
    [InlineData("xterm-256color", "truecolor", "1", "C.utf8", "None True")]
    [InlineData("vt100", null, null, null, "None True")]
    public void What_a_terminal_can_show_is_told_by_its_environment(string term, string? colors, string? none, string? language, string expected)
    {
        var variables = new Dictionary<string, string?> { ["TERM"] = term, ["COLORTERM"] = colors, ["NO_COLOR"] = none, ["LANG"] = language };

        var traits = TerminalTraits.Of(variables.GetValueOrDefault)!;
        Assert.Equal(expected, $"{traits.Depth} {traits.HasUnicode}");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("dumb")]
    public void On_some_nothing_can_be_drawn(string? term) => Assert.Null(TerminalTraits.Of(name => name == "TERM" ? term : null));
}
