defmodule Shop.Cart do
  @moduledoc """
  A basket.
  """

  use GenServer
  alias Shop.Line
  import Enum, only: [sum: 1]

  @limit 100
  @type t :: %__MODULE__{lines: [Line.t()]}

  defstruct lines: [], owner: nil

  @doc """
  New.
  """
  @spec total(t) :: integer
  def total(x) do
    x
  end

  def total(_), do: 0

  # Secret.
  defp secret(a, b \\ 1) do
    a + b
  end

  defmacro debug(expression) do
    quote do: unquote(expression)
  end

  defguard is_small(x) when x < 10

  @impl true
  def init(state), do: {:ok, state}

  defmodule Inner do
    def f, do: 1
    def g, do: 2
  end
end

defprotocol Priced do
  def price(item)
end

defimpl Priced, for: Shop.Cart do
  def price(cart), do: 1
end

defmodule Shop.CartTest do
  describe "total" do
    test "is a sum", %{conn: conn} do
      assert 1 == 1
    end
  end
end
