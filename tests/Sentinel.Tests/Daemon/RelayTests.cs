using CsCheck;
using Sentinel.Api.Wire;

namespace Sentinel.Tests.Daemon;

public sealed class RelayTests
{
    private static readonly Gen<RelayFrame> Frame = Gen.Select(Gen.Int[1, 10], Gen.Byte.Array[0, 300], (kind, body) => new RelayFrame((RelayKind)kind, body));

    // Also what looks like the beginning of the mark.
    private static readonly Gen<byte[]> Noise = Gen.Select(
        Gen.Byte.Array[0, 100], Gen.Int[0, RelayFrame.BeginMark.Length - 1], (some, begun) => (byte[])[.. some, .. RelayFrame.BeginMark[..begun]]);

    [Fact]
    public void Frames_come_out_as_they_went_in_wherever_the_bytes_are_cut_and_whatever_comes_first() => Gen.Select(Noise, Frame.List[0, 8], Gen.Int[1, 50]).Sample((noise, frames, piece) =>
    {
        if (noise.AsSpan().IndexOf(RelayFrame.BeginMark) >= 0)
            return;
        byte[] bytes = [.. noise, .. RelayFrame.BeginMark, .. frames.SelectMany(frame => frame.ToBytes())];
        var reader = new RelayReader(hasMark: true);
        var read = new List<RelayFrame>();
        foreach (var part in bytes.Chunk(piece))
        {
            reader.Add(part);
            while (reader.Next() is { } frame)
                read.Add(frame);
        }

        Assert.True(reader.HasBegun);
        Assert.Equal(frames.Select(frame => (frame.Kind, Convert.ToHexString(frame.Body.Span))), read.Select(frame => (frame.Kind, Convert.ToHexString(frame.Body.Span))));
    });

    [Fact]
    public void What_talks_and_never_begins_is_given_up()
    {
        var reader = new RelayReader(hasMark: true);
        Assert.Throws<InvalidDataException>(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                reader.Add(new byte[64 * 1024]);
                reader.Next();
            }
        });
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(99, 0)]
    [InlineData(5, -1)]
    [InlineData(5, int.MaxValue)]
    public void What_is_no_frame_is_refused(byte kind, int length)
    {
        var reader = new RelayReader(hasMark: false);
        reader.Add([kind, .. BitConverter.GetBytes(length)]);
        Assert.Throws<InvalidDataException>(() => reader.Next());
    }

    [Fact]
    public void A_call_and_a_greeting_come_back_the_same()
    {
        var call = new RelayCall(RelayCall.NewId(), ["run", "--name", "wëb", "a \"b\"\n"], new RelayProject("shop", "/srv/shop/sentinel.toml"));
        var read = RelayCall.Read(call.ToJson());
        Assert.Equal((call.Id, call.Project), (read.Id, read.Project));
        Assert.Equal(call.Arguments, read.Arguments);
        Assert.Null(RelayCall.Read(new RelayCall(null, []).ToJson()).Id);
        Assert.Equal(new RelayHello(1, "1.2.3"), RelayHello.Read(new RelayHello(1, "1.2.3").ToJson()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(124)]
    [InlineData(-1)]
    public void An_exit_code_comes_back_the_same(int exitCode) => Assert.Equal(exitCode, RelayFrame.Ended(exitCode).ToExitCode());
}
