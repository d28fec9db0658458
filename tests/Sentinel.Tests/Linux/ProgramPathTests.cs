using Sentinel.Linux.Spawning;
using Sentinel.Tests.Logs;

namespace Sentinel.Tests.Linux;

public sealed class ProgramPathTests : IDisposable
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserExecute;

    private readonly TempFolder _folder = new();

    public ProgramPathTests()
    {
        Directory.CreateDirectory(_folder["first/both"]);
        Directory.CreateDirectory(_folder["second"]);
        _folder.Write("here", "", Executable);
        _folder.Write("first/plain", "");
        _folder.Write("first/refused", "");
        _folder.Write("second/refused", "", Executable);
        _folder.Write("second/both", "", Executable);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("./here", "here")]
    [InlineData("././/here", "here")]
    [InlineData("./first/./../here", "first/../here")]
    [InlineData("first/../here", "first/../here")]
    // As execvp(3): a folder of that name is passed over, and so is what may not be executed, if something better comes.
    [InlineData("both", "second/both")]
    [InlineData("refused", "second/refused")]
    // An empty entry is the working directory.
    [InlineData("here", "here")]
    public void A_program_is_found_where_a_shell_would_find_it(string name, string found)
    {
        Assert.Null(Find(name, out var program));
        Assert.Equal(_folder[found], program);
    }

    [Theory]
    [InlineData("nowhere", "there is no program 'nowhere' in PATH")]
    [InlineData("./nowhere", "there is no program */nowhere")]
    [InlineData("./first", "*/first is a folder, not a program")]
    [InlineData("./first/plain", "*/first/plain is not executable ('chmod +x' makes it so)")]
    [InlineData("plain", "*/first/plain is not executable ('chmod +x' makes it so)")]
    [InlineData("", "there is no program '' in PATH")]
    [InlineData("sleep 1", "there is no program 'sleep 1' in PATH; it is taken as one word, with its spaces: to run a command line, give it as the only argument, without -- before it")]
    public void What_cannot_be_executed_is_told_with_the_reason(string name, string why) =>
        Assert.Equal(why.Replace("*", _folder.Path), Find(name, out _));

    [Fact]
    public void An_absolute_path_is_taken_as_it_is()
    {
        Assert.Null(ProgramPath.Find(_folder["here"], "/", null, out var program));
        Assert.Equal(_folder["here"], program);
    }

    [Fact]
    public void Without_a_PATH_the_usual_folders_are_searched() => Assert.Null(ProgramPath.Find("sh", "/", null, out _));

    private string? Find(string name, out string program) =>
        ProgramPath.Find(name, _folder.Path, $"{_folder["first"]}:/no/such/folder::second", out program);
}
