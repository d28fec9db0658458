using Sentinel.Model.Specs;

namespace Sentinel.Tests.Specs;

public sealed class SecretTests
{
    [Theory]
    [InlineData("KEY=file:key.txt", "KEY=file:/srv/key.txt")]
    [InlineData("KEY=file:/etc/key", "KEY=file:/etc/key")]
    [InlineData("KEY=file:~/.secrets/a b", "KEY=file:~/.secrets/a b")]
    [InlineData("KEY=cmd:pass shop/token | head -1", "KEY=cmd:pass shop/token | head -1")]
    public void A_reference_is_kept_with_its_path_made_absolute(string text, string kept) =>
        Assert.Equal(kept, Secret.Parse(text, path => Path.Combine("/srv", path)).ToString());

    [Theory]
    [InlineData("KEY=hunter2")]
    [InlineData("KEY=file:")]
    [InlineData("KEY=cmd: ")]
    [InlineData("KEY=")]
    public void What_may_be_the_secret_itself_is_not_repeated(string text) => Assert.Equal(
        "the secret KEY is to be a reference: KEY=file:PATH or KEY=cmd:COMMAND",
        Assert.Throws<FormatException>(() => Secret.Parse(text, path => path)).Message);

    [Theory]
    [InlineData("A.B=file:x")]
    [InlineData("1A=file:x")]
    [InlineData("SENTINEL_ID=file:x")]
    [InlineData("KEY")]
    public void A_shell_has_to_be_able_to_pass_it_on(string text) => Assert.Throws<FormatException>(() => Secret.Parse(text, path => path));
}
