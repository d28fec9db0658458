using Sentinel.Core.Images;

namespace Sentinel.Tests.Images;

/// <summary>What docker takes as the name of an image, and nothing else.</summary>
public sealed class ImageNameTests
{
    [Theory]
    [InlineData("web", "web", "latest", "web-latest.tar")]
    [InlineData("shop/web:1", "shop/web", "1", "shop-web-1.tar")]
    [InlineData("a__b/c--d.e_f:V1.0-rc_2", "a__b/c--d.e_f", "V1.0-rc_2", "a__b-c--d.e_f-V1.0-rc_2.tar")]
    [InlineData("registry.example:5000/shop/web", "registry.example:5000/shop/web", "latest", "registry.example-5000-shop-web-latest.tar")]
    [InlineData("localhost:5000/web:_x", "localhost:5000/web", "_x", "localhost-5000-web-_x.tar")]
    [InlineData("Registry.Example/web", "Registry.Example/web", "latest", "Registry.Example-web-latest.tar")]
    public void A_name_may_have_a_registry_and_a_tag(string text, string name, string tag, string file)
    {
        var parsed = ImageName.Parse(text);

        Assert.Equal((name, tag, file), (parsed.Name, parsed.Tag, parsed.FileName));
        Assert.Equal($"{name}:{tag}", parsed.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("Web")]
    [InlineData("Shop/web")]
    [InlineData("a b")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a..b")]
    [InlineData("a___b")]
    [InlineData("a//b")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("../a")]
    [InlineData("ä")]
    [InlineData("a\n")]
    [InlineData("a@sha256:0123")]
    [InlineData("https://registry.example/a")]
    [InlineData("a:")]
    [InlineData("a:-x")]
    [InlineData("a:.x")]
    [InlineData("a:ü")]
    [InlineData("a:x y")]
    [InlineData("a:1\n")]
    [InlineData("a:b:c")]
    public void Anything_else_is_refused(string text) => Assert.Throws<FormatException>(() => ImageName.Parse(text));

    [Fact]
    public void A_name_has_up_to_255_characters_and_a_tag_up_to_128()
    {
        Assert.Equal(new string('t', 128), ImageName.Parse($"{new string('n', 255)}:{new string('t', 128)}").Tag);
        Assert.Throws<FormatException>(() => ImageName.Parse(new string('n', 256)));
        Assert.Throws<FormatException>(() => ImageName.Parse($"n:{new string('t', 129)}"));
    }
}
