using System.Diagnostics;
using Sentinel.Linux.Files;
using Sentinel.Linux.Native;

namespace Sentinel.Tests.Store;

public sealed class StateFilesTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder = new();
    private readonly StateFiles _files = new();

    private string Target => _folder["state.json"];

    private string Previous => _folder["state.json.bak"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_is_replaced_and_what_it_was_is_kept(bool durable)
    {
        _files.Replace(Target, Previous, "one"u8, durable);
        Assert.Equal(["state.json"], _folder.Files);

        _files.Replace(Target, Previous, "two"u8, durable);
        _files.Replace(Target, Previous, "three"u8, durable);

        Assert.Equal("three", File.ReadAllText(Target));
        Assert.Equal("two", File.ReadAllText(Previous));
        Assert.Equal(["state.json", "state.json.bak"], _folder.Files);
    }

    [Fact]
    public void Nobody_else_can_read_what_is_written()
    {
        _files.Replace(Target, Previous, "one"u8, durable: false);
        _files.Replace(Target, Previous, "two"u8, durable: false);

        Assert.Equal(Private, File.GetUnixFileMode(Target));
        Assert.Equal(Private, File.GetUnixFileMode(Previous));
    }

    [Fact]
    public void What_a_killed_command_left_behind_is_no_harm()
    {
        _files.Replace(Target, Previous, "one"u8, durable: false);
        File.WriteAllText(Target + ".new", "something that is longer than what is written");
        // It was killed between keeping the old state and putting the new one in its place.
        File.CreateSymbolicLink(Previous + ".new", Target);

        _files.Replace(Target, Previous, "two"u8, durable: false);

        Assert.Equal("two", File.ReadAllText(Target));
        Assert.Equal("one", File.ReadAllText(Previous));
        Assert.Equal(["state.json", "state.json.bak"], _folder.Files);
    }

    [Fact]
    public void Who_has_the_old_file_open_goes_on_reading_the_old_content()
    {
        _files.Replace(Target, Previous, "one"u8, durable: false);
        using var reader = File.OpenText(Target);
        _files.Replace(Target, Previous, "two"u8, durable: false);
        _files.Replace(Target, Previous, "three"u8, durable: false);
        Assert.Equal("one", reader.ReadToEnd());
    }

    [Fact]
    public void Where_the_new_content_cannot_be_put_in_place_the_old_stays_and_nothing_is_left_behind()
    {
        _files.Replace(Target, Previous, "one"u8, durable: false);
        Directory.CreateDirectory(Previous);

        Assert.Throws<SystemCallException>(() => _files.Replace(Target, Previous, "two"u8, durable: false));

        Assert.Equal("one", File.ReadAllText(Target));
        Assert.Equal(["state.json", "state.json.bak"], _folder.Files);
    }

    [Fact]
    public void Where_there_is_no_folder_the_error_names_the_file() => Assert.Contains(
        _folder["none/state.json"],
        Assert.Throws<SystemCallException>(() => _files.Replace(_folder["none/state.json"], _folder["none/bak"], "x"u8, durable: true)).Message);

    [Fact]
    public async Task One_at_a_time_holds_the_lock()
    {
        const int holders = 4, turns = 50;
        File.WriteAllText(_folder["count"], "0");
        await Task.WhenAll(Enumerable.Range(0, holders).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < turns; i++)
                using (_files.Lock(_folder["lock"], _ => { }))
                    File.WriteAllText(_folder["count"], $"{int.Parse(File.ReadAllText(_folder["count"])) + 1}");
        })));

        Assert.Equal($"{holders * turns}", File.ReadAllText(_folder["count"]));
    }

    [Fact]
    public async Task The_second_waits_until_the_first_has_done()
    {
        var first = _files.Lock(_folder["lock"], _ => { });
        var hasDone = false;
        var second = Task.Run(() =>
        {
            using (_files.Lock(_folder["lock"], _ => { }))
                Assert.True(hasDone);
        }, TestContext.Current.CancellationToken);

        await UntilSomebodyWaitsFor(_folder["lock"]);
        Assert.False(second.IsCompleted);
        hasDone = true;
        first.Dispose();
        await second.WaitAsync(Deadline, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Who_waits_long_is_told_for_whom()
    {
        var told = new TaskCompletionSource<string>();
        using var first = _files.Lock(_folder["lock"], _ => { });
        var second = Task.Run(
            () => _files.Lock(_folder["lock"], told.SetResult).Dispose(), TestContext.Current.CancellationToken);

        Assert.Equal($"pid {Environment.ProcessId}", await told.Task.WaitAsync(Deadline, TestContext.Current.CancellationToken));
        Assert.False(second.IsCompleted);
        first.Dispose();
        await second.WaitAsync(Deadline, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void The_lock_of_a_holder_that_is_gone_is_free_whatever_the_file_says()
    {
        File.WriteAllText(_folder["lock"], "4194304 of some longer line\n");
        _files.Lock(_folder["lock"], Assert.Fail).Dispose();
        Assert.Equal($"{Environment.ProcessId}\n", File.ReadAllText(_folder["lock"]));
        Assert.Equal(Private, File.GetUnixFileMode(_folder["lock"]) & Private);
    }

    [Fact]
    public void A_folder_is_made_for_its_owner_only_and_may_be_there_already()
    {
        var path = _folder["a/b"];
        _files.MakePrivateFolder(path);
        _files.MakePrivateFolder(path);
        Assert.Equal(Private | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
    }

    [Theory]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void A_folder_that_others_can_write_to_is_refused_with_what_to_do(UnixFileMode others)
    {
        File.SetUnixFileMode(_folder.Path, File.GetUnixFileMode(_folder.Path) | others);
        var message = Assert.Throws<UnauthorizedAccessException>(() => _files.MakePrivateFolder(_folder.Path)).Message;
        Assert.Contains($"chmod go-w {_folder.Path}", message);
    }

    [Fact]
    public void A_file_in_the_place_of_the_folder_is_an_error_that_names_it_and_says_why()
    {
        File.WriteAllText(_folder["home"], "");
        Assert.EndsWith(
            $"{_folder["home"]}: File exists", Assert.ThrowsAny<Exception>(() => _files.MakePrivateFolder(_folder["home"])).Message);
    }

    // The kernel lists who waits for a lock, marked with an arrow, by the inode of its file.
    private static async Task UntilSomebodyWaitsFor(string path)
    {
        var inode = InodeOf(path);
        var begun = Stopwatch.GetTimestamp();
        while (!File.ReadLines("/proc/locks").Any(line => line.Contains("->") && line.Contains($":{inode} ")))
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < Deadline, "nobody waits for the lock");
            await Task.Delay(1);
        }
    }

    private static string InodeOf(string path)
    {
        using var stat = Process.Start(new ProcessStartInfo("stat", ["-c", "%i", path]) { RedirectStandardOutput = true })!;
        return stat.StandardOutput.ReadToEnd().Trim();
    }
}
