using Sentinel.Model.Specs;

namespace Sentinel.Tests.Projects;

public sealed class HookReaderTests
{
    private const string Web = "[process.web]\nrun = \"x\"\n";

    [Fact]
    public void A_hook_is_a_table_with_what_it_is_for_and_what_it_does()
    {
        var hooks = Read.Good(Web + """
            [hook.alarm]
            on = ["crashed", "gave-up"]
            process = "web"
            run = "./notify.sh a 'b c'"
            [hook.chat]
            on = "deleted"
            webhook = "https://chat.example/x"
            header = { X-Key = "file:key", Other = "cmd:pass x" }
            timeout = "1.5s"
            """).Hooks;

        var (alarm, chat) = (hooks[0].Hook, hooks[1].Hook);
        Assert.Equal(("alarm", "crashed gave-up", "web", Hook.DefaultTimeout), (alarm.Name, string.Join(' ', alarm.On), string.Join(' ', alarm.Processes), alarm.Timeout));
        Assert.Equal(["./notify.sh", "a", "b c"], alarm.Command!.Arguments);
        Assert.Null(chat.Command);
        Assert.Equal(("https://chat.example/x", TimeSpan.FromSeconds(1.5)), (chat.Webhook, chat.Timeout));
        Assert.Equal(["X-Key", "Other"], chat.Headers.Select(header => header.Name));
        Assert.EndsWith("/key", chat.Headers[0].Value.Source);
        Assert.True(Path.IsPathRooted(chat.Headers[0].Value.Source));
    }

    [Theory]
    [InlineData("[hook.a]\non = \"crashd\"\nrun = \"x\"", "sentinel.toml:4:6: there is no event 'crashd'; did you mean 'crashed'?")]
    [InlineData("[hook.a]\nrun = \"x\"", "sentinel.toml:3:7: a is for nothing: give it on = [\"crashed\"]")]
    [InlineData("[hook.a]\non = \"ready\"", "sentinel.toml:3:7: a does nothing: give it run = \"COMMAND\" or webhook = \"URL\"")]
    [InlineData("[hook.a]\non = \"ready\"\nrun = \"x\"\nprocess = \"wep\"", "sentinel.toml:6:11: there is no process 'wep'; did you mean 'web'?")]
    [InlineData("[hook.a]\non = \"ready\"\nwebhook = \"ftp://x\"", "sentinel.toml:5:11: webhook takes a URL that begins with http:// or https://, without a password in it, not 'ftp://x'")]
    [InlineData("[hook.a]\non = \"ready\"\nrun = \"x\"\nheader = { A = \"file:x\" }", "sentinel.toml:6:16: header needs webhook")]
    [InlineData("[hook.a]\non = \"ready\"\nwebhook = \"http://x\"\nheader = { A = \"secret\" }", "sentinel.toml:6:16: the secret SENTINEL_HEADER_0 is to be a reference: SENTINEL_HEADER_0=file:PATH or SENTINEL_HEADER_0=cmd:COMMAND")]
    [InlineData("[hook.a]\non = \"ready\"\nrum = \"x\"", "sentinel.toml:5:1: there is no key 'rum'; did you mean 'run'?")]
    [InlineData("[hook.\"a/b\"]\non = \"ready\"\nrun = \"x\"", "sentinel.toml:3:7: 'a/b' cannot be the name of a hook: ")]
    [InlineData("hook = 1", "sentinel.toml:3:8: hook takes a table of hooks: [hook.alarm], not ")]
    public void What_is_wrong_is_told_with_its_place(string file, string problem) =>
        Assert.Contains(Read.Whole(file.StartsWith("hook =", StringComparison.Ordinal) ? $"\n\n{file}\n{Web}" : Web + file).Problems, one => one.ToString().StartsWith(problem, StringComparison.Ordinal));
}
