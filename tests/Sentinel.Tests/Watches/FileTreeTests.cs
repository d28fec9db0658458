using Sentinel.Core.Home;
using Sentinel.Core.Watches;
using Sentinel.Linux.Files;
using Sentinel.Model.Specs;
using Sentinel.Tests.Logs;
using PolicySample = Sentinel.Tests.Policy.Sample;

namespace Sentinel.Tests.Watches;

/// <summary>Real files, and what happens to them told by the test.</summary>
public sealed class FileTreeTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly MadeUpFolders _folders = new();
    private FileTree? _tree;

    public void Dispose()
    {
        _tree?.Dispose();
        Assert.Empty(_folders.Watched);
        _folder.Dispose();
    }

    [Fact]
    public void Only_another_content_is_a_change()
    {
        Write("src/a.py", "old");
        Arm();

        File.SetLastWriteTimeUtc(_folder["src/a.py"], DateTime.UnixEpoch);
        Happen("src/a.py");
        Write("src/a.py", "old");
        Happen("src/a.py");
        Assert.Empty(Changes());

        Write("src/a.py", "new");
        Happen("src/a.py");
        Assert.Equal(["src/a.py"], Changes());
        Assert.Empty(Changes());
    }

    [Fact]
    public void What_came_and_went_again_is_no_change_and_what_came_or_went_is()
    {
        Write("old", "");
        Arm();
        Happen("4914.tmp");
        Assert.Empty(Changes());

        Write("new", "");
        Happen("new");
        File.Delete(_folder["old"]);
        Happen("old");
        Assert.Equal(["new", "old"], Changes());
    }

    [Fact]
    public void A_folder_that_comes_is_watched_with_all_below_it_and_one_that_goes_is_not()
    {
        Arm();
        Write("made/deep/a", "1");
        Happen("made", isFolder: true);
        Assert.Equal(["made/deep/a"], Changes());
        Assert.Equal(["", "made", "made/deep"], Watched());

        Directory.Move(_folder["made/deep"], _folder["moved"]);
        Happen("made/deep", isFolder: true);
        Happen("moved", isFolder: true);
        Assert.Equal(["made/deep/a", "moved/a"], Changes());
        Assert.Equal(["", "made", "moved"], Watched());
    }

    [Fact]
    public void What_gitignore_leaves_out_is_not_even_watched_and_its_change_is_noticed()
    {
        Directory.CreateDirectory(_folder[".git"]);
        Write(".gitignore", "*.log\n/build/\n");
        Write("sub/.gitignore", "!keep.log\n");
        Write("build/out", "");
        Write("sub/keep.log", "");
        Write("node_modules/x", "");
        Arm();
        Assert.Equal(["", "sub"], Watched());

        Write("a.log", "");
        Happen("a.log");
        Write("sub/keep.log", "new");
        Happen("sub/keep.log");
        Assert.Equal(["sub/keep.log"], Changes());

        Write(".gitignore", "*.log\n");
        Happen(".gitignore");
        Assert.Equal([".gitignore"], Changes());
        Write("build/out", "new");
        Happen("build/out");
        Assert.Equal(["build/out"], Changes());
    }

    [Fact]
    public void Own_patterns_leave_out_and_take_back_what_gitignore_says_and_what_is_named_counts_anyway()
    {
        Write(".gitignore", "*.log\n.env\n");
        Arm(new WatchRule { Paths = [".", ".env"], Ignore = ["*.{md,txt}", "!keep.log", "/only/here"] });
        foreach (var name in (string[])["a.md", "deep/b.txt", "a.log", "keep.log", ".env", "deep/only/here", "a.py"])
            Write(name, "");
        Happen("deep", isFolder: true);
        foreach (var name in (string[])["a.md", "a.log", "keep.log", ".env", "a.py"])
            Happen(name);
        Assert.Equal([".env", "a.py", "deep/only/here", "keep.log"], Changes());
    }

    [Fact]
    public void What_is_not_there_yet_is_waited_for_in_the_nearest_folder_that_is()
    {
        Arm(new WatchRule { Paths = ["dist/site/*.html", "conf/a.toml"] });
        Assert.Equal([""], Watched());

        Write("dist/other", "");
        Happen("dist", isFolder: true);
        Assert.Empty(Changes());
        Write("dist/site/a.css", "");
        Write("dist/site/a.html", "");
        Happen("dist/site", isFolder: true);
        Assert.Equal(["dist/site/a.html"], Changes());

        Write("conf/a.toml", "1");
        Happen("conf", isFolder: true);
        Assert.Equal(["conf/a.toml"], Changes());
        Write("conf/a.toml", "2");
        Happen("conf/a.toml");
        Assert.Equal(["conf/a.toml"], Changes());
    }

    [Fact]
    public void When_events_were_lost_all_is_looked_at_again()
    {
        Write("src/a", "1");
        Write("src/b", "1");
        Write("gone/c", "1");
        Arm();
        Write("src/a", "22");
        Write("made/d", "1");
        Directory.Delete(_folder["gone"], recursive: true);

        _folders.Lose();

        Assert.Equal(["gone/c", "made/d", "src/a"], Changes());
    }

    [Fact]
    public void What_cannot_be_watched_is_looked_at()
    {
        Write("src/a", "1");
        _folders.Refuses = "there are no more";
        Arm();
        Assert.Equal("there are no more", _tree!.WhyPolled);

        Write("src/a", "22");
        Write("src/b", "1");
        Assert.Empty(Changes());
        _tree.LookAgain();
        Assert.Equal(["src/a", "src/b"], Changes());
    }

    private void Arm(WatchRule? rule = null)
    {
        var spec = PolicySample.Record.Spec with { WorkingDirectory = _folder.Path };
        _tree = new FileTree(new WatchScope(spec, rule ?? new WatchRule(), new SentinelHome("/nowhere")), _folders, new WatchedFiles(), () => { });
        _tree.Arm();
        _tree.ReadSome(1000);
        Assert.False(_tree.IsAnyUnread);
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
        File.WriteAllText(_folder[path], text);
    }

    private void Happen(string path, bool isFolder = false) => _folders.Happen(_folder[path], isFolder);

    private IEnumerable<string> Changes() => _tree!.TakeChanges().Select(path => Path.GetRelativePath(_folder.Path, path));

    private IEnumerable<string> Watched() => _folders.Watched.Select(path => path.Length > _folder.Path.Length ? path[(_folder.Path.Length + 1)..] : "");
}
