using CsCheck;
using Sentinel.Api;
using Sentinel.Core.Logs;

namespace Sentinel.Tests.Logs;

public class LogCursorTests
{
    [Fact]
    public void What_is_given_back_is_the_same_place() =>
        Gen.Select(Gen.Int[1, 1000], Gen.Enum<LogStream>(), Gen.Long).Array.Sample(places =>
        {
            var cursor = new LogCursor();
            foreach (var (id, stream, position) in places)
                cursor.Set(id, stream, position);
            if (places.Length == 0)
                return;
            var again = LogCursor.Parse(cursor.ToString())!;
            Assert.All(places, place => Assert.Equal(cursor[place.Item1, place.Item2], again[place.Item1, place.Item2]));
        });

    [Theory]
    [InlineData("")]
    [InlineData("3o")]
    [InlineData("o=1")]
    [InlineData("3x=1")]
    [InlineData("3o=x")]
    [InlineData("-3o=1")]
    [InlineData("3o=1,")]
    [InlineData("3o=1=2")]
    public void What_is_none_is_none(string text) => Assert.Null(LogCursor.Parse(text));
}
