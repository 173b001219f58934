class User < ApplicationRecord
  belongs_to :team

  validates :email, presence: true, uniqueness: true
  validates :name, presence: true

  before_save :normalize
end
